import { type ClaimCommand, decideClaim } from '../../../src/primitives/task/decide/claiming.ts'
import {
  type Checked,
  decideComplete,
  decideFail,
  decideProgress,
} from '../../../src/primitives/task/decide/reporting.ts'
import type { Submission, TaskEvent } from '../../../src/primitives/task/events.ts'
import type { TaskState } from '../../../src/primitives/task/state.ts'

type EventOf<T extends TaskEvent['type']> = Extract<TaskEvent, { type: T }>

export const created = (overrides: Partial<EventOf<'task.created'>['data']> = {}): TaskEvent => ({
  type: 'task.created',
  data: {
    title: 'Sum',
    task: 'Add the numbers.',
    context: null,
    checks: [],
    key: 'sum',
    requires: [],
    depends_on: [],
    priority: 'normal',
    agent: null,
    except: null,
    timeout_ms: null,
    max_attempts: 3,
    retry_delay_ms: 10_000,
    parent: null,
    depth: 0,
    replaces: null,
    reviews: null,
    blocked: false,
    ...overrides,
  },
})

/** Claimed by `agt_a` at this moment; `token` is the digest that the log keeps. */
export const claimed =
  (token: string, { by = 'agt_a', ends = 60_000, attempt = 1 } = {}) =>
  (now: number): TaskEvent => ({
    type: 'task.claimed',
    data: { by, token, lease_ms: 60_000, lease_ends_at: now + ends, attempt },
  })

export const leaseEnded: TaskEvent = { type: 'task.lease_ended', data: { by: 'agt_a', why: 'expired' } }

export const submission = (token: string, said: string = 'five'): Submission => ({
  by: 'agt_a',
  result: said,
  evidence: null,
  confidence: null,
  score: null,
  metrics: null,
  digest: `${token}.${said}`,
  flags: [],
})

export const completed = (token: string, said?: string): TaskEvent => ({
  type: 'task.completed',
  data: submission(token, said),
})
export const submitted = (token: string, reviews: readonly string[]): TaskEvent => ({
  type: 'task.submitted',
  data: { ...submission(token), reviews },
})
export const attemptFailed =
  (token: string, wait: number | null, said = 'no luck') =>
  (now: number): TaskEvent => ({
    type: 'task.attempt_failed',
    data: {
      by: 'agt_a',
      error: said,
      retry_at: wait === null ? null : now + wait,
      digest: `${token}.${said}`,
    },
  })

type Claiming = Partial<Omit<ClaimCommand, 'claimant' | 'now'>> & {
  readonly by?: string
  readonly missing?: readonly string[]
}

export const claim =
  (token: string, { by = 'agt_a', missing = [], ...rest }: Claiming = {}) =>
  (state: TaskState, now: number) =>
    decideClaim(state, {
      id: 'tsk_1',
      claimant: { agent: by, capable: missing.length === 0, missing },
      token,
      leaseMs: 60_000,
      takeover: false,
      now,
      ...rest,
    })

const unchecked: Checked = { findings: null, reviews: [], verified: false }

export const complete =
  (token: string | null, said = 'five', checked: Partial<Checked> = {}) =>
  (state: TaskState, now: number) =>
    decideComplete(state, { id: 'tsk_1', token, now }, submission(token ?? '', said), {
      ...unchecked,
      ...checked,
    })

export const fail =
  (token: string | null, { retry = true, said = 'no luck' } = {}) =>
  (state: TaskState, now: number) =>
    decideFail(state, { id: 'tsk_1', token, now }, { error: said, retry }, `${token}.${said}`)

export const progress = (token: string | null) => (state: TaskState, now: number) =>
  decideProgress(state, { id: 'tsk_1', token, now }, 'half way', 50)
