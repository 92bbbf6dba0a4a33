import type { Recorded } from '../../kernel/event.ts'
import type { Tally } from '../../kernel/stream.ts'
import type { Outcome } from '../agent/decide/faring.ts'
import { faredTally, watchedTally } from '../agent/faring.ts'
import { askedTally, decidedTally } from '../confidence/experience.ts'
import type { TaskEvent } from './events.ts'
import type { TaskState } from './state.ts'

type Claimed = Extract<TaskState, { status: 'claimed' | 'review' }>
type Came = Omit<Outcome, 'seq'>

const none: readonly Tally[] = []

/** What runs that bring in people keep one by one: how their agents fare, and what persons said of unsure results. */
export const watched = (before: TaskState | undefined, event: Recorded<TaskEvent>): readonly Tally[] => {
  switch (event.type) {
    case 'task.claimed':
      return event.data.nth === undefined ? none : [watchedTally(event.data.by)]
    case 'task.submitted':
      return event.data.unsure ? [askedTally(event.data.unsure)] : none
    case 'task.completed': {
      const asked = event.data.unsure ? [askedTally(event.data.unsure)] : none
      if (before?.status !== 'claimed' || before.nth === undefined || event.data.by !== before.by)
        return asked
      return [...asked, ...fared(before, event.seq, { what: 'done', ms: event.at - before.claimedAt })]
    }
    case 'task.verified':
      if (!event.data.last || before?.status !== 'review') return none
      return fared(before, event.seq, { what: 'done', ms: before.busyMs })
    case 'task.rejected':
      return before?.status === 'review' ? fared(before, event.seq, { what: 'failed', ms: 0 }) : none
    case 'task.attempt_failed':
      return before?.status === 'claimed' ? fared(before, event.seq, { what: 'failed', ms: 0 }) : none
    case 'task.lease_ended': {
      // One that took too long may have renewed its lease all the while.
      const what = event.data.why === 'expired' ? 'lost' : 'failed'
      return before?.status === 'claimed' ? fared(before, event.seq, { what, ms: 0 }) : none
    }
    case 'task.overridden': {
      if ((before?.status !== 'review' && before?.status !== 'done') || !before.unsure) return none
      const accepted = event.data.decision === 'proceed' && !event.data.replaced
      return [decidedTally(before.unsure, { result: before.resultSeq, accepted })]
    }
    default:
      return none
  }
}

const fared = ({ by, nth }: Claimed, seq: number, came: Came): readonly Tally[] =>
  nth === undefined || by === null ? none : [faredTally(by, nth, { seq, ...came })]
