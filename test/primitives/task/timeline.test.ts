import { describe, expect, it } from 'vitest'
import { attemptsOf, verdictOf } from '../../../src/primitives/task/attempts.ts'
import type { TaskEvent } from '../../../src/primitives/task/events.ts'
import { type Fact, timingOf } from '../../../src/primitives/task/timeline.ts'
import { created, submission } from './stories.ts'

type Told = TaskEvent | { readonly type: 'task.restored' | 'task.undone'; readonly data: object }

/** A history from moments (ms) and what happened then. */
const history = (...told: readonly (readonly [number, Told])[]): readonly Fact[] =>
  told.map(([at, { type, data }], i) => ({ seq: i + 1, run: 1, at, type, data }))

const claim = (attempt = 1, by = 'agt_a'): TaskEvent => ({
  type: 'task.claimed',
  data: { by, token: `t${attempt}`, lease_ms: 1_000, lease_ends_at: 9_999, attempt },
})
const unblocked: TaskEvent = { type: 'task.unblocked', data: { by: 'tsk_last' } }
const failedTill = (retry_at: number | null): TaskEvent => ({
  type: 'task.attempt_failed',
  data: { by: 'agt_a', error: 'no saw', retry_at, digest: 'd' },
})
const done: TaskEvent = { type: 'task.completed', data: submission('t1') }
const handedIn: TaskEvent = { type: 'task.submitted', data: { ...submission('t1'), reviews: ['tsk_r'] } }
const rejected: TaskEvent = {
  type: 'task.rejected',
  data: { by: 'tsk_r', findings: 'crooked', author: 'agt_a' },
}
const verified: TaskEvent = { type: 'task.verified', data: { by: 'tsk_r', findings: null, last: true } }
const none = { blocked_ms: 0, ready_ms: 0, claimed_ms: 0, retry_wait_ms: 0, review_ms: 0, last_blocker: null }

describe('where a task’s time went', () => {
  it('adds up by status and stops at the end', () => {
    const facts = history([100, created({ blocked: true })], [150, unblocked], [170, claim()], [200, done])
    const spent = { ...none, blocked_ms: 50, ready_ms: 20, claimed_ms: 30, last_blocker: 'tsk_last' }
    expect(timingOf(facts, 5_000)).toEqual(spent)
  })

  it('goes on until now while the task has not ended', () => {
    expect(timingOf(history([100, created()]), 130)).toEqual({ ...none, ready_ms: 30 })
    expect(timingOf(history([100, created({ blocked: true })]), 130)).toEqual({ ...none, blocked_ms: 30 })
    expect(timingOf(history([100, created()], [110, claim()]), 130)).toMatchObject({ claimed_ms: 20 })
  })

  it('tells the delay before a retry from waiting for a worker, however late the sweep', () => {
    const retried = history([0, created()], [10, claim()], [20, failedTill(50)])
    expect(timingOf(retried, 40)).toMatchObject({ retry_wait_ms: 20, ready_ms: 10, claimed_ms: 10 })
    expect(timingOf(retried, 70)).toMatchObject({ retry_wait_ms: 30, ready_ms: 30 })
    const due = { type: 'task.retry_due', data: {} } as const
    const later = [...retried, ...history([900, due], [950, claim(2)], [960, done])]
    expect(timingOf(later, 5_000)).toMatchObject({ retry_wait_ms: 30, ready_ms: 910, claimed_ms: 20 })
  })

  it('counts review apart, also when the result was sent back', () => {
    const facts = history(
      [0, created()],
      [10, claim()],
      [30, handedIn],
      [70, rejected],
      [80, claim(2)],
      [85, handedIn],
      [95, verified],
    )
    expect(timingOf(facts, 5_000)).toEqual({ ...none, ready_ms: 20, claimed_ms: 25, review_ms: 50 })
  })

  it('knows no last blocker of a task that is blocked again', () => {
    const blocked = {
      definition: null,
      depends_on: ['tsk_b'],
      priority: 'normal',
      agent: null,
      blocked: true,
    } as const
    const revised: TaskEvent = { type: 'task.revised', data: blocked }
    const facts = history([0, created({ blocked: true })], [10, unblocked], [20, revised])
    expect(timingOf(facts, 50)).toEqual({ ...none, blocked_ms: 40, ready_ms: 10 })
    const replaced = { from: 'tsk_b', to: 'tsk_c', blocked: false }
    const again = history(
      [0, created({ blocked: true })],
      [10, { type: 'task.prerequisite_replaced', data: replaced }],
    )
    expect(timingOf(again, 15)).toEqual({ ...none, blocked_ms: 10, ready_ms: 5, last_blocker: 'tsk_c' })
  })

  it('never runs backwards', () => {
    expect(timingOf(history([100, created()]), 90)).toEqual(none)
    expect(timingOf([], 90)).toEqual(none)
  })
})

describe('the attempts at a task', () => {
  it('are told with who, when and how they ended', () => {
    const lost: TaskEvent = { type: 'task.lease_ended', data: { by: 'agt_b', why: 'expired' } }
    const given: TaskEvent = { type: 'task.released', data: { by: 'agt_c', why: 'session closed' } }
    const facts = history(
      [0, created()],
      [10, claim()],
      [20, failedTill(null)],
      [30, claim(2, 'agt_b')],
      [40, lost],
      [50, claim(3, 'agt_c')],
      [60, given],
      [70, claim(3)],
    )
    expect(attemptsOf(facts)).toEqual([
      { attempt: 1, agent_id: 'agt_a', claimed_at: 10, ended_at: 20, outcome: 'failed', error: 'no saw' },
      { attempt: 2, agent_id: 'agt_b', claimed_at: 30, ended_at: 40, outcome: 'expired', error: null },
      {
        attempt: 3,
        agent_id: 'agt_c',
        claimed_at: 50,
        ended_at: 60,
        outcome: 'released',
        error: 'session closed',
      },
      { attempt: 3, agent_id: 'agt_a', claimed_at: 70, ended_at: null, outcome: 'claimed', error: null },
    ])
  })

  it('end with the report; the verdict comes on top', () => {
    const submitted = history([0, created()], [10, claim()], [30, handedIn])
    expect(attemptsOf(submitted)).toMatchObject([{ ended_at: 30, outcome: 'review' }])
    expect(verdictOf(submitted)).toBeUndefined()
    const sentBack = [...submitted, ...history([70, rejected])]
    expect(attemptsOf(sentBack)).toMatchObject([{ ended_at: 30, outcome: 'rejected', error: 'crooked' }])
    expect(verdictOf(sentBack)).toEqual({ by: 'tsk_r', passed: false, findings: 'crooked' })
    const passed = [...submitted, ...history([70, verified])]
    expect(attemptsOf(passed)).toMatchObject([{ ended_at: 30, outcome: 'verified', error: null }])
  })

  it('of a claim end with a rollback; a result in review goes on waiting', () => {
    const restored = { type: 'task.restored', data: { state: {} } } as const
    const running = history([0, created()], [10, claim()], [20, restored])
    expect(attemptsOf(running)).toMatchObject([{ ended_at: 20, outcome: 'rolled_back' }])
    const waiting = history([0, created()], [10, claim()], [15, handedIn], [20, restored])
    expect(attemptsOf(waiting)).toMatchObject([{ ended_at: 15, outcome: 'review' }])
  })
})
