import type { DomainEvent, Recorded } from '../../kernel/event.ts'
import { fold } from '../../kernel/stream.ts'
import { taskStream } from './rows.ts'
import { hasEnded, type TaskState } from './state.ts'

/** An event of a task's history, as far as its story needs it. */
export interface Fact {
  readonly seq: number
  readonly run: number
  readonly at: number
  readonly type: string
  readonly data: unknown
}

/** How long a task stood in each status, ms. */
export interface Timing {
  readonly blocked_ms: number
  /** Claimable, until somebody claimed it. */
  readonly ready_ms: number
  readonly claimed_ms: number
  /** Waiting for the delay before another attempt. */
  readonly retry_wait_ms: number
  readonly review_ms: number
  /** The prerequisite whose end made it ready at last; null when it never waited, or still does. */
  readonly last_blocker: string | null
}

type Spans = { -readonly [K in Exclude<keyof Timing, 'last_blocker'>]: number }

const spend = (spans: Spans, state: TaskState, from: number, to: number): void => {
  switch (state.status) {
    case 'blocked':
      spans.blocked_ms += to - from
      return
    case 'ready': {
      // The sweep writes `retry_due` down up to a second late; the delay itself ended when it was due.
      const due = state.retryAt === null ? from : Math.min(Math.max(state.retryAt, from), to)
      spans.retry_wait_ms += due - from
      spans.ready_ms += to - due
      return
    }
    case 'claimed':
      spans.claimed_ms += to - from
      return
    case 'review':
      spans.review_ms += to - from
      return
  }
}

/** The task that this event says made it ready, if it says so. */
const unblockedBy = ({ type, data }: Fact): string | null => {
  if (type === 'task.unblocked') return (data as { by: string | null }).by
  if (type !== 'task.prerequisite_replaced') return null
  const { to, blocked } = data as { to: string; blocked: boolean }
  return blocked ? null : to
}

/**
 * Where a task's time went, from its events oldest first; until `now` (epoch ms) if it has not ended. Time that a
 * rollback abandoned counts for the status that the task was brought back from, as far as `events` holds it.
 */
export const timingOf = (events: readonly Fact[], now: number): Timing => {
  const spans = { blocked_ms: 0, ready_ms: 0, claimed_ms: 0, retry_wait_ms: 0, review_ms: 0 }
  let state: TaskState | undefined
  let since = 0
  let last_blocker: string | null = null
  for (const event of events) {
    if (state) spend(spans, state, since, event.at)
    if (state?.status === 'blocked') last_blocker = unblockedBy(event) ?? last_blocker
    state = fold(taskStream, state, event as Recorded<DomainEvent>)
    if (state.status === 'blocked') last_blocker = null
    since = event.at
  }
  if (state && !hasEnded(state)) spend(spans, state, since, Math.max(now, since))
  return { ...spans, last_blocker }
}
