import type { Recorded } from '../../kernel/event.ts'
import type { ArmOutcome, ArmPlace } from '../routing/arm.ts'
import type { TaskEvent } from './events.ts'
import type { TaskState } from './state.ts'

/** How an attempt ended, and whose it was. */
export type Outcome = ArmOutcome & {
  readonly agent: string
  /** Where it counts for what is learned; absent where nothing is. */
  readonly place?: ArmPlace | undefined
}

/**
 * The outcome that an event is, if it is one. A success is a report that counts: done at once, or with the last verdict.
 * A failed attempt, a lease that ran out and a result sent back are failures.
 */
export const outcomeOf = (before: TaskState | undefined, event: Recorded<TaskEvent>): Outcome | undefined => {
  switch (event.type) {
    case 'task.completed': {
      if (before?.status !== 'claimed') return undefined
      const { by: author, metrics } = event.data
      const busyMs = event.at - before.claimedAt
      // Where its author is another than the claim's holder, nothing is learned of the holder's kind.
      if (author !== null && author !== before.by) return { agent: author, ok: true, busyMs }
      const costUsd = metrics?.cost_usd
      const cost = costUsd === undefined ? {} : { costUsd }
      return { agent: before.by, ok: true, busyMs, ...cost, place: before.place }
    }
    case 'task.verified':
      return event.data.last && before?.status === 'review' && before.by !== null
        ? { agent: before.by, ok: true, busyMs: before.busyMs, place: before.place }
        : undefined
    case 'task.rejected':
      return event.data.author === null ? undefined : failure(event.data.author, before)
    case 'task.attempt_failed':
    case 'task.lease_ended':
      return failure(event.data.by, before)
    default:
      return undefined
  }
}

/** Types of the events that may be one. */
export const outcomeTypes: ReadonlySet<string> = new Set<TaskEvent['type']>([
  'task.completed',
  'task.verified',
  'task.rejected',
  'task.attempt_failed',
  'task.lease_ended',
])

const failure = (agent: string, before: TaskState | undefined): Outcome => ({
  agent,
  ok: false,
  place: before?.status === 'claimed' || before?.status === 'review' ? before.place : undefined,
})
