import { notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { DecisionEvent } from './events.ts'
import { decisionStream } from './rows.ts'
import type { DecisionState } from './state.ts'

export type Decision = Entity<DecisionState, DecisionEvent>

export const decisionById = async (db: Reader, id: string): Promise<Decision | undefined> =>
  db.load(decisionStream, id)

export const theDecision = async (db: Reader, id: string): Promise<Decision> => {
  const decision = await decisionById(db, id)
  if (!decision)
    throw notFound(
      'decision',
      id,
      'Give the decision_id that record_decision returned; get_run with explain lists them.',
    )
  return decision
}
