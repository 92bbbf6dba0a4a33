import { Failure } from '../errors.ts'
import type { DomainEvent } from './event.ts'

/** What a decider answers: the facts that follow from a command, or why it is refused. */
export type Decision<E extends DomainEvent> = readonly E[] | Failure

/** The events of a decision; a refusal is thrown, so that the call's savepoint is rolled back. */
export const accepted = <E extends DomainEvent>(decision: Decision<E>): readonly E[] => {
  if (decision instanceof Failure) throw decision
  return decision
}
