import type { Tx } from '../../../kernel/ports.ts'
import { isEscalation } from '../../escalation/commands/withdraw.ts'
import type { Run } from '../../run/find.ts'
import { authorOf } from '../author.ts'
import { dependentsOf } from '../consequences.ts'
import type { Verification } from '../detail.ts'
import type { Task } from '../find.ts'
import type { TaskState } from '../state.ts'

export interface Reported {
  readonly run_id: string
  readonly task_id: string
  /** Who made the attempt. */
  readonly agent_id: string | null
  readonly status: string
  readonly verification: Verification
  readonly unblocked_task_ids: readonly string[]
  readonly findings?: string
  /** The question to a person that it waits for. */
  readonly escalation_id?: string
}

/** What a report comes to. `findings`: what a check refused it for, or null. */
export const answer = (
  run: Run,
  id: string,
  state: TaskState,
  unblocked: readonly string[],
  findings: string | null,
): Reported => {
  const verification =
    state.status === 'review'
      ? 'pending'
      : findings !== null
        ? 'rejected'
        : state.status === 'done'
          ? state.verification
          : 'none'
  const escalation = state.status === 'review' ? state.openReviews.find(isEscalation) : undefined
  const said = {
    run_id: run.id,
    task_id: id,
    agent_id: authorOf(state),
    status: state.status,
    verification,
    unblocked_task_ids: [...unblocked],
    ...(escalation !== undefined && { escalation_id: escalation }),
  } as const
  return findings === null ? said : { ...said, findings }
}

/** What was answered when this report came for the first time: read from the log, for what has happened since. */
export const firstAnswer = async (tx: Tx, run: Run, task: Task, digest: string): Promise<Reported> => {
  const history = await tx.history(task)
  const report = history.findLast(({ data }) => (data as { digest?: string }).digest === digest)
  if (!report) throw new Error(`the report on ${task.id} is not in its history`)
  const { correlation } = report
  const same = history.filter((event) => event.correlation === correlation && event.seq >= report.seq)
  const then = (await tx.stateAt(task, same.at(-1)?.seq ?? report.seq)) ?? task.state
  const rejected = same.find(({ type }) => type === 'task.rejected')
  const unblocked: string[] = []
  for (const ended of [task.id, task.state.reviews]) {
    for (const dependent of ended === null ? [] : await dependentsOf(tx, ended))
      if (await unblockedBy(tx, dependent, ended, correlation)) unblocked.push(dependent.id)
  }
  const findings = rejected ? (rejected.data as { findings: string }).findings : null
  return answer(run, task.id, then, unblocked, findings)
}

const unblockedBy = async (tx: Tx, task: Task, by: string | null, correlation: string): Promise<boolean> =>
  (await tx.history(task)).some(
    (event) =>
      event.type === 'task.unblocked' &&
      event.correlation === correlation &&
      (event.data as { by: string | null }).by === by,
  )
