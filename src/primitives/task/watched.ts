import type { Recorded } from '../../kernel/event.ts'
import type { Tally } from '../../kernel/stream.ts'
import { faredTally, watchedTally } from '../agent/faring.ts'
import type { Unsure } from '../confidence/decide/experience.ts'
import { askedTally, decidedTally } from '../confidence/experience.ts'
import type { TaskEvent } from './events.ts'
import type { Outcome } from './outcome-of.ts'
import type { TaskState } from './state.ts'

const none: readonly Tally[] = []

/** What runs that bring in people keep one by one: how their agents fare, and what persons said of unsure results. */
export const watched = (
  before: TaskState | undefined,
  event: Recorded<TaskEvent>,
  outcome: Outcome | undefined,
): readonly Tally[] => {
  switch (event.type) {
    case 'task.claimed':
      return event.data.nth === undefined ? none : [watchedTally(event.data.by)]
    case 'task.submitted':
      return asked(event.data.unsure)
    case 'task.completed':
      return [...asked(event.data.unsure), ...fared(before, event, outcome)]
    case 'task.overridden': {
      if ((before?.status !== 'review' && before?.status !== 'done') || !before.unsure) return none
      const accepted = event.data.decision === 'proceed' && !event.data.replaced
      return [decidedTally(before.unsure, { result: before.resultSeq, accepted })]
    }
    default:
      return fared(before, event, outcome)
  }
}

const asked = (unsure: Unsure | undefined): readonly Tally[] => (unsure ? [askedTally(unsure)] : none)

/** The outcome of a claim that was numbered, where it is its holder's. */
const fared = (
  before: TaskState | undefined,
  { type, seq, data }: Recorded<TaskEvent>,
  outcome: Outcome | undefined,
): readonly Tally[] => {
  if (!outcome || (before?.status !== 'claimed' && before?.status !== 'review')) return none
  if (before.nth === undefined || outcome.agent !== before.by) return none
  // One that took too long may have renewed its lease all the while.
  const lost = type === 'task.lease_ended' && data.why === 'expired'
  const came = outcome.ok ? { ms: outcome.busyMs } : { ms: 0 }
  const what = outcome.ok ? 'done' : lost ? 'lost' : 'failed'
  return [faredTally(before.by, before.nth, { seq, what, ...came })]
}
