import type { Tx } from '../../../kernel/ports.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import type { DecisionData } from '../events.ts'
import { decisionStream } from '../rows.ts'

/** Records a decision of a run. Answers its id. */
export const recordDecision = async (
  tx: Tx,
  run: Run,
  decision: Omit<DecisionData, 'by'>,
): Promise<string> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const data = { ...decision, by: tx.call.actor.as ?? null }
  const { id } = await tx.create(decisionStream, { id: tx.newId('dec'), run: run.no }, [
    { type: 'decision.recorded', data },
  ])
  return id
}
