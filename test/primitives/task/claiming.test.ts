import { describe, it } from 'vitest'
import { taskStream as task } from '../../../src/primitives/task/rows.ts'
import { given, later, start } from '../../support/given.ts'
import { attemptFailed, claim, claimed, completed, created, leaseEnded } from './stories.ts'

describe('claiming a task', () => {
  it('gives a lease from now on', () => {
    given(task, created(), later(5_000))
      .when(claim('t1', { leaseMs: 30_000 }))
      .thenEvents({
        type: 'task.claimed',
        data: { by: 'agt_a', token: 't1', lease_ms: 30_000, lease_ends_at: start + 35_000, attempt: 1 },
      })
      .thenState({
        status: 'claimed',
        by: 'agt_a',
        attempt: 1,
        readyAt: start,
        claimedAt: start + 5_000,
        deadline: null,
      })
  })

  it('ends the lease with the attempt, when timeout_ms is shorter', () => {
    given(task, created({ timeout_ms: 10_000 }))
      .when(claim('t1', { leaseMs: 30_000 }))
      .thenState({ leaseEndsAt: start + 10_000, deadline: start + 10_000, leaseMs: 30_000 })
  })

  it('is refused while another holds it', () => {
    given(task, created(), claimed('t1'))
      .when(claim('t2', { by: 'agt_b' }))
      .thenFails('conflict', { claimed_by: 'agt_a' })
  })

  it('is refused to its own holder without takeover', () => {
    given(task, created(), claimed('t1')).when(claim('t2')).thenFails('conflict')
  })

  it('is taken over by its holder: the old token dies, the attempt counts once', () => {
    given(task, created(), claimed('t1'))
      .when(claim('t2', { takeover: true }))
      .thenEvents('task.released', 'task.claimed')
      .thenState({ status: 'claimed', token: 't2', attempt: 1 })
  })

  it('is never taken over by another', () => {
    given(task, created(), claimed('t1'))
      .when(claim('t2', { by: 'agt_b', takeover: true }))
      .thenFails('conflict')
  })

  it('begins the next attempt after a lease that ended', () => {
    given(task, created(), claimed('t1'), leaseEnded)
      .when(claim('t2', { by: 'agt_b' }))
      .thenState({ status: 'claimed', by: 'agt_b', attempt: 2 })
  })

  it('is refused while prerequisites are open', () => {
    given(task, created({ blocked: true, depends_on: ['tsk_0'] }))
      .when(claim('t1'))
      .thenFails('conflict', { status: 'blocked' })
  })

  it('works once the last prerequisite is done', () => {
    given(task, created({ blocked: true }), later(1_000), {
      type: 'task.unblocked',
      data: { by: 'tsk_0' },
    })
      .when(claim('t1'))
      .thenState({ status: 'claimed', readyAt: start + 1_000 })
  })

  it('is refused once it has ended', () => {
    given(task, created(), claimed('t1'), completed('t1'))
      .when(claim('t2'))
      .thenFails('already_ended', { status: 'done' })
  })

  it('is refused to all but the addressed agent', () => {
    const addressed = created({ agent: 'agt_b' })
    given(task, addressed).when(claim('t1')).thenFails('forbidden', { agent_id: 'agt_b' })
    given(task, addressed)
      .when(claim('t1', { by: 'agt_b' }))
      .thenEvents('task.claimed')
  })

  it('is refused to the author of what it reviews', () => {
    const review = created({ reviews: 'tsk_0', except: 'agt_a' })
    given(task, review).when(claim('t1')).thenFails('forbidden')
    given(task, review)
      .when(claim('t1', { by: 'agt_b' }))
      .thenEvents('task.claimed')
  })

  it('is refused to who lacks a capability, by name', () => {
    given(task, created({ requires: ['sql'] }))
      .when(claim('t1', { missing: ['sql'] }))
      .thenFails('capability_missing', { missing: ['sql'] })
  })

  it('waits for the end of the retry delay, to the millisecond', () => {
    const failed = [created(), claimed('t1'), attemptFailed('t1', 10_000)]
    given(task, ...failed, later(9_999))
      .when(claim('t2'))
      .thenFails('conflict', { retry_at: new Date(start + 10_000).toISOString() })
    given(task, ...failed, later(10_000))
      .when(claim('t2'))
      .thenState({ status: 'claimed', attempt: 2 })
  })
})
