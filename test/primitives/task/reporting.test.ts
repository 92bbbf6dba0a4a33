import { describe, expect, it } from 'vitest'
import {
  alreadyReported,
  backoff,
  decideLeaseEnd,
  decideRelease,
  decideVerdict,
  underLease,
} from '../../../src/primitives/task/decide/reporting.ts'
import type { TaskEvent } from '../../../src/primitives/task/events.ts'
import { taskStream as task } from '../../../src/primitives/task/rows.ts'
import type { TaskState } from '../../../src/primitives/task/state.ts'
import { given, later, type Past, start, stateAfter } from '../../support/given.ts'
import {
  attemptFailed,
  claim,
  claimed,
  complete,
  completed,
  created,
  fail,
  leaseEnded,
  progress,
  submitted,
} from './stories.ts'

const sweep = (state: TaskState, now: number) => decideLeaseEnd(state, now)
const verdict = (review: string, approve: boolean, findings: string | null) => (state: TaskState) =>
  decideVerdict(state, review, approve, findings)
const last = created({ max_attempts: 1 })

describe('completing a task', () => {
  it('ends it, unverified when nothing was checked', () => {
    given(task, created(), claimed('t1'), later(59_999))
      .when(complete('t1'))
      .thenEvents('task.completed')
      .thenState({ status: 'done', verification: 'none', by: 'agt_a', resultSeq: 3, endedAt: start + 59_999 })
  })

  it('is refused at the very end of the lease, swept or not', () => {
    given(task, created(), claimed('t1'), later(60_000)).when(complete('t1')).thenFails('lease_lost')
    given(task, created(), claimed('t1'), later(60_000), leaseEnded)
      .when(complete('t1'))
      .thenFails('lease_lost')
  })

  it('is refused with the token of a lease that was lost', () => {
    given(task, created(), claimed('t1'), leaseEnded, claimed('t2', { by: 'agt_b', attempt: 2 }))
      .when(complete('t1'))
      .thenFails('lease_lost')
  })

  it('is refused with the token that a takeover replaced', () => {
    const takenOver = { type: 'task.released', data: { by: 'agt_a', why: 'takeover' } } as const
    given(task, created(), claimed('t1'), takenOver, claimed('t2'))
      .when(complete('t1'))
      .thenFails('lease_lost')
  })

  it('is refused to a zombie after another has completed it', () => {
    given(
      task,
      created(),
      claimed('t1'),
      leaseEnded,
      claimed('t2', { by: 'agt_b', attempt: 2 }),
      completed('t2'),
    )
      .when(complete('t1'))
      .thenFails('lease_lost')
  })

  it('is refused without a token', () => {
    given(task, created(), claimed('t1')).when(complete(null)).thenFails('forbidden')
  })

  it('is refused when nobody has claimed it', () => {
    given(task, created()).when(complete(null)).thenFails('conflict', { status: 'ready' })
    given(task, created()).when(complete('t1')).thenFails('lease_lost')
  })

  it('is refused a second time with another result', () => {
    const done = [created(), claimed('t1'), completed('t1')]
    given(task, ...done)
      .when(complete('t1', 'six'))
      .thenFails('already_ended', { status: 'done' })
    given(task, ...done)
      .when(complete(null, 'six'))
      .thenFails('already_ended')
    given(task, ...done)
      .when(fail('t1'))
      .thenFails('already_ended')
  })

  it('is refused after its cancellation', () => {
    const cancelled = { type: 'task.cancelled', data: { reason: null } } as const
    given(task, created(), claimed('t1'), cancelled).when(complete('t1')).thenFails('lease_lost')
    given(task, created(), claimed('t1'), cancelled).when(complete(null)).thenFails('already_ended')
  })

  it('is refused as ended to who failed it for good', () => {
    given(task, last, claimed('t1'), attemptFailed('t1', null), {
      type: 'task.failed',
      data: { error: 'no luck' },
    })
      .when(complete('t1'))
      .thenFails('already_ended', { status: 'failed' })
  })
})

describe('a report that comes twice', () => {
  const spent = { type: 'task.failed', data: { error: 'spent' } } as const
  const rejected = {
    type: 'task.rejected',
    data: { by: 'schema', findings: 'x', author: 'agt_a' },
  } as const

  const cases: readonly [string, readonly Past<TaskEvent>[], string][] = [
    ['done', [created(), claimed('t1'), completed('t1')], 't1.five'],
    ['in review', [created(), claimed('t1'), submitted('t1', ['tsk_r'])], 't1.five'],
    ['sent back with findings', [created(), claimed('t1'), submitted('t1', []), rejected], 't1.five'],
    ['sent back for good', [last, claimed('t1'), submitted('t1', []), rejected, spent], 't1.five'],
    ['failed, to be tried again', [created(), claimed('t1'), attemptFailed('t1', 5)], 't1.no luck'],
    ['failed for good', [last, claimed('t1'), attemptFailed('t1', null), spent], 't1.no luck'],
  ]

  it.each(cases)('is known when the task is %s', (_name, past, digest) => {
    const state = stateAfter(task, ...past)
    expect(alreadyReported(state, digest)).toBe(true)
    expect(alreadyReported(state, 't1.else')).toBe(false)
    expect(alreadyReported(state, digest.replace('t1', 't2'))).toBe(false)
  })

  it('is unknown once the task is claimed anew', () => {
    const anew = claimed('t2', { attempt: 2 })
    const state = stateAfter(task, created(), claimed('t1'), attemptFailed('t1', null), anew)
    expect(alreadyReported(state, 't1.no luck')).toBe(false)
  })
})

describe('a task with checks', () => {
  it('goes back with the findings of its schema', () => {
    given(task, created(), claimed('t1'))
      .when(complete('t1', 'five', { findings: 'must be number' }))
      .thenEvents('task.submitted', {
        type: 'task.rejected',
        data: { by: 'schema', findings: 'must be number', author: 'agt_a' },
      })
      .thenState({ status: 'ready', attempt: 1, readyAt: start, retryAt: null })
  })

  it('fails when its last attempt does not fit the schema, and keeps its author', () => {
    given(task, last, claimed('t1'))
      .when(complete('t1', 'five', { findings: 'must be number' }))
      .thenEvents('task.submitted', 'task.rejected', 'task.failed')
      .thenState({ status: 'failed', by: 'agt_a', attempt: 1 })
  })

  it('is verified at once when the schema is all there was', () => {
    given(task, created(), claimed('t1'))
      .when(complete('t1', 'five', { verified: true }))
      .thenEvents('task.submitted', 'task.verified')
      .thenState({ status: 'done', verification: 'verified', by: 'agt_a', resultSeq: 3, endSeq: 4 })
  })

  it('waits for its reviews, the lease over', () => {
    given(task, created(), claimed('t1'))
      .when(complete('t1', 'five', { reviews: ['tsk_r'], verified: true }))
      .thenEvents('task.submitted')
      .thenState({ status: 'review', openReviews: ['tsk_r'] })
    given(task, created(), claimed('t1'), submitted('t1', ['tsk_r']))
      .when(complete('t1', 'six'))
      .thenFails('lease_lost')
  })

  it('is done and verified with the last of its reviews, not before', () => {
    const inReview = [created(), claimed('t1'), submitted('t1', ['tsk_r', 'tsk_s'])]
    given(task, ...inReview)
      .when(verdict('tsk_r', true, null))
      .thenState({ status: 'review', openReviews: ['tsk_s'] })
    given(task, ...inReview, {
      type: 'task.verified',
      data: { by: 'tsk_r', findings: null, last: false },
    })
      .when(verdict('tsk_s', true, 'well done'))
      .thenState({ status: 'done', verification: 'verified', by: 'agt_a', resultSeq: 3 })
  })

  it('is ready again when a review rejects it', () => {
    given(task, created(), claimed('t1'), submitted('t1', ['tsk_r', 'tsk_s']))
      .when(verdict('tsk_s', false, 'wrong sum'))
      .thenEvents({
        type: 'task.rejected',
        data: { by: 'tsk_s', findings: 'wrong sum', author: 'agt_a' },
      })
      .thenState({ status: 'ready', attempt: 1 })
  })

  it('fails when a review rejects its last attempt', () => {
    given(task, last, claimed('t1'), submitted('t1', ['tsk_r']))
      .when(verdict('tsk_r', false, null))
      .thenEvents('task.rejected', 'task.failed')
      .thenState({ status: 'failed', by: 'agt_a' })
  })

  it('takes no verdict that comes late or from elsewhere', () => {
    const inReview = [created(), claimed('t1'), submitted('t1', ['tsk_r'])]
    given(task, ...inReview)
      .when(verdict('tsk_x', true, null))
      .thenEvents()
    const redone = [...inReview, { type: 'task.cancelled', data: { reason: null } } as const]
    given(task, ...redone)
      .when(verdict('tsk_r', false, 'bad'))
      .thenEvents()
  })
})

describe('failing a task', () => {
  it('sends it back with a delay while attempts are left', () => {
    given(task, created(), claimed('t1'), later(1_000))
      .when(fail('t1'))
      .thenEvents({
        type: 'task.attempt_failed',
        data: { by: 'agt_a', error: 'no luck', retry_at: start + 11_000, digest: 't1.no luck' },
      })
      .thenState({ status: 'ready', retryAt: start + 11_000, readyAt: start + 11_000, attempt: 1 })
  })

  it('ends it with the last attempt, and keeps who made it', () => {
    given(task, created(), claimed('t3', { attempt: 3 }))
      .when(fail('t3'))
      .thenEvents('task.attempt_failed', 'task.failed')
      .thenState({ status: 'failed', by: 'agt_a', attempt: 3 })
  })

  it('ends it at once when a retry is not wanted', () => {
    given(task, created(), claimed('t1'))
      .when(fail('t1', { retry: false }))
      .thenState({ status: 'failed', by: 'agt_a', attempt: 1 })
  })

  it('is refused to a zombie', () => {
    given(task, created(), claimed('t1'), later(60_000)).when(fail('t1')).thenFails('lease_lost')
  })

  it('doubles the delay with each attempt, up to an hour', () => {
    expect([1, 2, 3, 4].map((attempt) => backoff(30_000, attempt))).toEqual([
      30_000, 60_000, 120_000, 240_000,
    ])
    expect(backoff(30_000, 20)).toBe(3_600_000)
  })

  it('keeps a delay that was asked to be longer than an hour, and none where none was asked', () => {
    expect([1, 2].map((attempt) => backoff(7_200_000, attempt))).toEqual([7_200_000, 7_200_000])
    expect(backoff(0, 5_000)).toBe(0)
  })
})

describe('a sign of progress', () => {
  it('renews the lease by its own length', () => {
    given(task, created(), claimed('t1'), later(59_999))
      .when(progress('t1'))
      .thenState({ status: 'claimed', leaseEndsAt: start + 119_999 })
  })

  it('never renews past the deadline of the attempt', () => {
    given(task, created({ timeout_ms: 70_000 }), claimed('t1'), later(50_000))
      .when(progress('t1'))
      .thenState({ leaseEndsAt: start + 70_000 })
  })

  it('comes too late at the end of the lease', () => {
    given(task, created(), claimed('t1'), later(60_000)).when(progress('t1')).thenFails('lease_lost')
  })
})

describe('a lease that runs out', () => {
  it('has not, one millisecond before', () => {
    given(task, created(), claimed('t1'), later(59_999)).when(sweep).thenEvents()
  })

  it('makes the task ready again, at its old place', () => {
    given(task, created(), later(500), claimed('t1'), later(60_000))
      .when(sweep)
      .thenEvents(leaseEnded)
      .thenState({ status: 'ready', attempt: 1, readyAt: start, retryAt: null })
  })

  it('says when it was the deadline', () => {
    given(task, created({ timeout_ms: 10_000 }), claimed('t1', { ends: 10_000 }), later(10_000))
      .when(sweep)
      .thenEvents({ type: 'task.lease_ended', data: { by: 'agt_a', why: 'timeout' } })
  })

  it('fails the task when attempts are spent, and keeps who let it go', () => {
    given(task, last, claimed('t1'), later(60_000))
      .when(sweep)
      .thenEvents('task.lease_ended', 'task.failed')
      .thenState({ status: 'failed', by: 'agt_a' })
  })

  it('is nothing to a task that nobody holds', () => {
    given(task, created(), later(60_000)).when(sweep).thenEvents()
  })
})

describe('giving a claim back', () => {
  it('does not count the attempt, and its token is dead', () => {
    given(task, created(), claimed('t1'))
      .when((state) => decideRelease(state, 'terminated'))
      .thenEvents({ type: 'task.released', data: { by: 'agt_a', why: 'terminated' } })
      .thenState({ status: 'ready', attempt: 0 })
      .thenState((state) => underLease(state, { id: 'tsk_1', token: 't1', now: start }) instanceof Error)
  })

  it('is nothing where there is no claim', () => {
    given(task, created())
      .when((state) => decideRelease(state, 'terminated'))
      .thenEvents()
  })

  it('lets the same agent claim it again', () => {
    given(task, created(), claimed('t1'), { type: 'task.released', data: { by: 'agt_a', why: 'x' } })
      .when(claim('t2'))
      .thenState({ attempt: 1, token: 't2' })
  })
})
