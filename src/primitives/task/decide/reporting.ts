import { Failure } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { Submission, TaskEvent } from '../events.ts'
import { hasEnded, reportOf, type TaskState } from '../state.ts'
import { leaseEnd } from './claiming.ts'

/** The proof that comes with a report: the digest of the token, or null when none was given. */
export interface Proof {
  readonly id: string
  readonly token: string | null
  readonly now: number
}

type Claimed = Extract<TaskState, { status: 'claimed' }>

const leaseLost = (id: string, why: string): Failure =>
  new Failure(
    'lease_lost',
    `This lease on task ${id} is no longer valid: ${why}.`,
    'Stop working on it: nothing was changed. claim_task gives you a task under a new lease.',
    { task_id: id },
  )

const whyLost = (state: TaskState): string =>
  state.status === 'done' ? 'another report has ended the task' : `the task is ${state.status} now`

/** The claimed state when the token proves a live lease; the refusal otherwise. A token dies at its end, swept or not. */
export const underLease = (state: TaskState, { id, token, now }: Proof): Claimed | Failure => {
  if (state.status === 'claimed') {
    if (token === null)
      return new Failure(
        'forbidden',
        `Task ${id} is claimed by ${state.by}; a report needs the lease_token of that claim.`,
        'Give the lease_token that claim_task returned. If that session is gone: claim_task with takeover true.',
        { task_id: id },
      )
    if (token !== state.token) return leaseLost(id, 'another claim has taken its place')
    if (state.leaseEndsAt <= now) return leaseLost(id, 'it ended')
    return state
  }
  const ownReport = token !== null && (reportOf(state)?.startsWith(`${token}.`) ?? false)
  if (token !== null && !(ownReport && hasEnded(state))) return leaseLost(id, whyLost(state))
  if (hasEnded(state))
    return new Failure('already_ended', `Task ${id} has ended (${state.status}).`, 'Its result stands.', {
      task_id: id,
      status: state.status,
    })
  return new Failure(
    'conflict',
    `Task ${id} is ${state.status}; only a claimed task can be reported on.`,
    'Claim it first with claim_task.',
    { task_id: id, status: state.status },
  )
}

/** True when this very report (token and content) ended the newest attempt: its first answer is to be repeated. */
export const alreadyReported = (state: TaskState, digest: string): boolean => reportOf(state) === digest

/** Renews the lease by its own length from now. */
export const decideProgress = (
  state: TaskState,
  proof: Proof,
  note: string | null,
  percent: number | null,
): Decision<TaskEvent> => {
  const held = underLease(state, proof)
  if (held instanceof Failure) return held
  const lease_ends_at = leaseEnd(proof.now, held.leaseMs, held.deadline)
  return [{ type: 'task.progressed', data: { note, percent, lease_ends_at } }]
}

/** What the acceptance checks said so far: findings refuse, reviews are still to come. */
export interface Checked {
  readonly findings: string | null
  readonly reviews: readonly string[]
  /** A check passed already (a schema), so that the task ends verified. */
  readonly verified: boolean
  /** Which checks said so; default: the schema. */
  readonly by?: string | undefined
  /** A line for the progress log, for a result that is to leave one. */
  readonly log?: string | undefined
}

/** Hands a result in: done at once, in review, or back with the findings. */
export const decideComplete = (
  state: TaskState,
  proof: Proof,
  submission: Submission,
  checked: Checked,
): Decision<TaskEvent> => {
  const held = underLease(state, proof)
  if (held instanceof Failure) return held
  const { by = 'schema', log } = checked
  if (checked.findings !== null)
    return [
      { type: 'task.submitted', data: { ...submission, reviews: [] } },
      ...rejected(held, by, checked.findings),
    ]
  if (checked.reviews.length > 0)
    return [{ type: 'task.submitted', data: { ...submission, reviews: checked.reviews } }]
  const logged: TaskEvent[] = log === undefined ? [] : [progressed(held, log)]
  if (!checked.verified) return [...logged, { type: 'task.completed', data: submission }]
  return [
    ...logged,
    { type: 'task.submitted', data: { ...submission, reviews: [] } },
    { type: 'task.verified', data: { by, findings: null, last: true } },
  ]
}

/** A line in the progress log that leaves the lease as it is. */
const progressed = ({ leaseEndsAt: lease_ends_at }: Claimed, note: string): TaskEvent => ({
  type: 'task.progressed',
  data: { note, percent: 100, lease_ends_at },
})

const rejected = (
  state: TaskState & { readonly by: string | null },
  by: string,
  findings: string,
): TaskEvent[] => {
  const back: TaskEvent = { type: 'task.rejected', data: { by, findings, author: state.by } }
  if (state.attempt < state.maxAttempts) return [back]
  return [back, { type: 'task.failed', data: { error: `Rejected, attempts spent: ${findings}` } }]
}

/** A review's verdict on the task it reviews. `review`: the review task's id. */
export const decideVerdict = (
  state: TaskState,
  review: string,
  approve: boolean,
  findings: string | null,
): Decision<TaskEvent> => {
  // The reviewed task may have been cancelled or redone meanwhile: a late verdict then changes nothing.
  if (state.status !== 'review' || !state.openReviews.includes(review)) return []
  if (!approve) return rejected(state, review, findings ?? 'rejected without findings')
  const last = state.openReviews.length === 1
  return [{ type: 'task.verified', data: { by: review, findings, last } }]
}

const longestDelay = 3_600_000

/** Delay before the next attempt, ms: doubled with each attempt, at most an hour (or what was asked, if longer). */
export const backoff = (retryDelayMs: number, attempt: number): number =>
  // 2 ** 22 ms is past the hour already; a larger power would overflow and make 0 × ∞ of no delay.
  Math.min(retryDelayMs * 2 ** Math.min(attempt - 1, 22), Math.max(retryDelayMs, longestDelay))

/** What an attempt failed of. */
export interface Failed {
  readonly error: string
  /** Whether another attempt may go better. */
  readonly retry: boolean
  /** The least delay before it, ms, for instance what an endpoint has asked for. */
  readonly notBeforeMs?: number | undefined
}

/** A failed attempt: back with a delay while attempts are left, else failed for good. */
export const decideFail = (
  state: TaskState,
  proof: Proof,
  { error, retry, notBeforeMs = 0 }: Failed,
  digest: string,
): Decision<TaskEvent> => {
  const held = underLease(state, proof)
  if (held instanceof Failure) return held
  if (retry && held.attempt < held.maxAttempts) {
    const retry_at = proof.now + Math.max(backoff(held.retryDelayMs, held.attempt), notBeforeMs)
    return [{ type: 'task.attempt_failed', data: { by: held.by, error, retry_at, digest } }]
  }
  return [
    { type: 'task.attempt_failed', data: { by: held.by, error, retry_at: null, digest } },
    { type: 'task.failed', data: { error } },
  ]
}

/** A lease that ran out: ready again while attempts are left. Nothing when it has not. */
export const decideLeaseEnd = (state: TaskState, now: number): readonly TaskEvent[] => {
  if (state.status !== 'claimed' || state.leaseEndsAt > now) return []
  const why = state.deadline !== null && state.leaseEndsAt >= state.deadline ? 'timeout' : 'expired'
  const ended: TaskEvent = { type: 'task.lease_ended', data: { by: state.by, why } }
  if (state.attempt < state.maxAttempts) return [ended]
  const error = why === 'timeout' ? 'timeout_ms passed' : 'the lease ended without a report'
  return [ended, { type: 'task.failed', data: { error: `${error}; attempts spent` } }]
}

/** Gives a claim back, the attempt not counted. */
export const decideRelease = (state: TaskState, why: string): readonly TaskEvent[] =>
  state.status === 'claimed' ? [{ type: 'task.released', data: { by: state.by, why } }] : []
