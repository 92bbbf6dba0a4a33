import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { theTask } from '../../task/find.ts'
import { evaluationStream } from '../rows.ts'
import type { Option } from '../sheet.ts'
import type { Assessment, Criterion } from '../terms.ts'

/** Records that options were judged: a round of the run. Answers its id. */
export const recordEvaluation = async (
  tx: Tx,
  run: Run,
  judged: {
    readonly criteria: readonly Criterion[]
    readonly assessments: readonly Assessment[]
    readonly judge: string | null
  },
): Promise<string> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const totals = judged.assessments.filter(({ passed }) => passed).map(({ total }) => total)
  const best = totals.length === 0 ? null : Math.max(...totals)
  const data = { ...judged, best, by: tx.call.actor.as ?? null }
  const { id } = await tx.create(evaluationStream, { id: tx.newId('evl'), run: run.no }, [
    { type: 'evaluation.recorded', data },
  ])
  return id
}

/** Refuses to go on with results that were read before this transaction and have changed since. */
export const mustBeUnchanged = async (tx: Tx, run: Run, options: readonly Option[]): Promise<void> => {
  for (const { task } of options) {
    if (!task) continue
    const { state } = await theTask(tx, run.no, task.task_id)
    if ('resultSeq' in state && state.resultSeq === task.seq) continue
    throw new Failure('busy', `Task ${task.task_id} changed while it was judged.`, 'Call again.', {
      task_id: task.task_id,
    })
  }
}
