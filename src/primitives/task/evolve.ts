import type { Recorded } from '../../kernel/event.ts'
import type { TaskEvent } from './events.ts'
import { laneNo } from './lane.ts'
import { type Claim, type LastAttempt, reportOf, type TaskCommon, type TaskState } from './state.ts'

/** Remembers; holds no rule. */
export const evolveTask = (s: TaskState | undefined, event: Recorded<TaskEvent>): TaskState => {
  if (event.type === 'task.created') return created(event)
  if (!s) throw new Error(`${event.type} before the task was created`)
  const base = common(s)
  const readyAt = 'readyAt' in s ? s.readyAt : event.at
  const by = 'by' in s ? s.by : null
  const { seq: endSeq, at: endedAt } = event
  const resultSeq = event.seq
  switch (event.type) {
    case 'task.revised':
      return revised(s, event)
    case 'task.unblocked':
      return blockedOrReady(base, false, event.at)
    case 'task.prerequisite_replaced': {
      const { from, to, blocked } = event.data
      const dependsOn = [...new Set(s.dependsOn.map((id) => (id === from ? to : id)))]
      // Ready, it had gone on past a failed prerequisite; now there is one to wait for again.
      if (s.status === 'blocked' || (s.status === 'ready' && blocked))
        return blockedOrReady({ ...base, dependsOn }, blocked, event.at)
      return { ...s, dependsOn }
    }
    case 'task.unaddressed': {
      const { except, requires } = s
      return { ...s, agent: null, lane: laneNo({ run: event.run, agent: null, except, requires }) }
    }
    case 'task.routed': {
      const { agent = s.agent, priority = s.priority } = event.data
      const { except, requires } = s
      return { ...s, agent, priority, lane: laneNo({ run: event.run, agent, except, requires }) }
    }
    case 'task.claimed': {
      const { by, token, lease_ms, lease_ends_at, attempt, place, nth } = event.data
      const deadline = s.timeoutMs === null ? null : event.at + s.timeoutMs
      return grown(base, {
        attempt,
        status: 'claimed',
        readyAt,
        by,
        token,
        leaseMs: lease_ms,
        leaseEndsAt: lease_ends_at,
        claimedAt: event.at,
        deadline,
        ...(place && { place }),
        ...(nth !== undefined && { nth }),
      })
    }
    case 'task.progressed':
      return s.status === 'claimed' ? { ...s, leaseEndsAt: event.data.lease_ends_at } : s
    case 'task.lease_ended':
      return ready(base, readyAt, { by: event.data.by, digest: null })
    case 'task.released':
      return ready(grown(base, { attempt: s.attempt - 1 }), readyAt)
    case 'task.attempt_failed': {
      const { by, digest, retry_at: retryAt } = event.data
      return grown(base, { status: 'ready', readyAt: retryAt ?? event.at, retryAt, last: { by, digest } })
    }
    case 'task.retry_due':
      return s.status === 'ready' ? { ...s, retryAt: null } : s
    case 'task.completed': {
      const { by, digest, unsure } = event.data
      const end = { by, digest, resultSeq, endSeq, endedAt, ...(unsure && { unsure }) }
      return grown(base, { status: 'done', verification: 'none', ...end })
    }
    case 'task.submitted': {
      const { by, digest, unsure, reviews: openReviews } = event.data
      const busyMs = s.status === 'claimed' ? event.at - s.claimedAt : 0
      const own = s.status === 'claimed' && s.by === by ? learned(s) : {}
      const rest = { ...own, openReviews, by, digest, resultSeq, ...(unsure && { unsure }) }
      return grown(base, { status: 'review', readyAt, busyMs, ...rest })
    }
    case 'task.verified': {
      const { accepts } = event.data
      if (accepts) {
        const { seq: resultSeq, ...reported } = accepts
        return grown(base, {
          status: 'done',
          verification: 'overridden',
          ...reported,
          resultSeq,
          endSeq,
          endedAt,
        })
      }
      if (s.status !== 'review') return s
      const { by: who, digest, resultSeq, unsure } = s
      if (!event.data.last) {
        return { ...s, openReviews: s.openReviews.filter((review) => review !== event.data.by) }
      }
      return grown(base, {
        status: 'done',
        verification: 'verified',
        by: who,
        digest,
        resultSeq,
        endSeq,
        endedAt,
        ...(unsure && { unsure }),
      })
    }
    case 'task.rejected':
      return ready(base, readyAt, { by: event.data.author, digest: reportOf(s) })
    case 'task.overridden':
      return decided(s)
    case 'task.attempt_granted':
      return { ...s, maxAttempts: event.data.max_attempts }
    case 'task.reopened': {
      const last = { by, digest: reportOf(s) }
      return ready(grown(base, { maxAttempts: event.data.max_attempts }), event.at, last)
    }
    case 'task.failed': {
      const author = s.status === 'ready' && s.last ? s.last.by : by
      return grown(base, { status: 'failed', by: author, digest: reportOf(s), endSeq, endedAt })
    }
    case 'task.cancelled':
      return grown(base, { status: 'cancelled', by, endSeq, endedAt })
  }
}

/** What a state becomes when rollback returns to it: a claim does not come back, its attempt is not counted. */
export const revivedTask = (s: TaskState): TaskState =>
  s.status === 'claimed' ? ready(grown(common(s), { attempt: s.attempt - 1 }), s.readyAt) : s

export const undoneTask = (s: TaskState): TaskState => grown(common(s), { status: 'undone' })

/** The fields that every status shares, without those of the status before. */
const common = (s: TaskState): TaskCommon => {
  const base = plain(s)
  if (s.start) Object.assign(base, { start: s.start })
  if (s.role) Object.assign(base, { role: s.role })
  return s.decides === undefined ? base : Object.assign(base, { decides: s.decides })
}

const plain = (s: TaskState): TaskCommon => ({
  key: s.key,
  title: s.title,
  lane: s.lane,
  requires: s.requires,
  dependsOn: s.dependsOn,
  priority: s.priority,
  agent: s.agent,
  except: s.except,
  timeoutMs: s.timeoutMs,
  attempt: s.attempt,
  maxAttempts: s.maxAttempts,
  retryDelayMs: s.retryDelayMs,
  parent: s.parent,
  depth: s.depth,
  reviews: s.reviews,
  checked: s.checked,
  definitionSeq: s.definitionSeq,
  createdAt: s.createdAt,
})

/**
 * Adds to a base that nobody else holds, in place: a literal that spreads so many fields and then adds others takes
 * V8 12 µs, this 0.2, and each event of a task is folded so.
 */
const grown = <const More extends object>(base: TaskCommon, more: More): TaskCommon & More =>
  Object.assign(base, more)

/** Ready at once. `last`: the attempt that has just ended, or null. Takes over `base`. */
const ready = (base: TaskCommon, readyAt: number, last: LastAttempt | null = null): TaskState =>
  grown(base, { status: 'ready', readyAt, retryAt: null, last })

const blockedOrReady = (base: TaskCommon, blocked: boolean, readyAt: number): TaskState =>
  blocked ? grown(base, { status: 'blocked' }) : ready(base, readyAt)

const created = (event: Recorded<Extract<TaskEvent, { type: 'task.created' }>>): TaskState => {
  const d = event.data
  const base: TaskCommon = {
    key: d.key,
    title: d.title,
    lane: laneNo({ run: event.run, agent: d.agent, except: d.except, requires: d.requires }),
    requires: d.requires,
    dependsOn: d.depends_on,
    priority: d.priority,
    agent: d.agent,
    except: d.except,
    timeoutMs: d.timeout_ms,
    attempt: 0,
    maxAttempts: d.max_attempts,
    retryDelayMs: d.retry_delay_ms,
    parent: d.parent,
    depth: d.depth,
    reviews: d.reviews,
    checked: d.checks.length > 0,
    definitionSeq: event.seq,
    createdAt: event.at,
  }
  if (d.start) Object.assign(base, { start: d.start })
  if (d.role) Object.assign(base, { role: d.role })
  if (d.decides !== undefined) Object.assign(base, { decides: d.decides })
  return blockedOrReady(base, d.blocked, event.at)
}

const revised = (s: TaskState, event: Recorded<Extract<TaskEvent, { type: 'task.revised' }>>): TaskState => {
  const { definition, depends_on, priority, agent, blocked } = event.data
  const base: TaskCommon = {
    ...common(s),
    dependsOn: depends_on,
    priority,
    agent,
    lane: laneNo({ run: event.run, agent, except: s.except, requires: s.requires }),
    ...(definition && {
      title: definition.title,
      checked: definition.checks.length > 0,
      definitionSeq: event.seq,
    }),
  }
  if (blocked || s.status !== 'ready') return blockedOrReady(base, blocked, event.at)
  return grown(base, { status: 'ready', readyAt: s.readyAt, retryAt: s.retryAt, last: s.last })
}

/** What of a claim says where its outcome is counted. */
const learned = ({ place, nth }: Claim) => ({ ...(place && { place }), ...(nth !== undefined && { nth }) })

/** A person has said what such a result is worth. */
const decided = (s: TaskState): TaskState => {
  if ((s.status !== 'review' && s.status !== 'done') || !s.unsure) return s
  const { unsure, ...rest } = s
  return rest
}
