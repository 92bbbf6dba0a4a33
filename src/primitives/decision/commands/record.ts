import { Failure } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Run } from '../../run/find.ts'
import { isArchived } from '../../run/state.ts'
import type { Decision } from '../find.ts'
import { decisionStream } from '../rows.ts'

export interface Recording {
  /** What sort of choice it is, e.g. `selection`. */
  readonly kind: string
  readonly decision: string
  readonly options?: readonly string[] | undefined
  readonly rationale: string
  /** 0–1. */
  readonly confidence?: number | undefined
  /** Id of what it is about. */
  readonly about?: string | undefined
}

/** Refuses to add to the story of a run that was archived. */
export const mustTakeDecisions = ({ id, state }: Run): void => {
  if (!isArchived(state)) return
  throw new Failure(
    'conflict',
    `Run ${id} is archived: its decisions can be read, not added to.`,
    'Record it in the run that goes on from there.',
    { run_id: id },
  )
}

/** Writes down what was decided and why. A run that has ended still takes decisions about it, until it is archived. */
export const recordDecision = async (tx: Tx, run: Run, said: Recording): Promise<Decision> => {
  mustTakeDecisions(run)
  const { kind, decision, options = [], rationale, confidence = null, about = null } = said
  const by = tx.call.actor.as ?? null
  return tx.create(decisionStream, { id: tx.newId('dec'), run: run.no }, [
    { type: 'decision.recorded', data: { kind, decision, options, rationale, confidence, by, about } },
  ])
}
