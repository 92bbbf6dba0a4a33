import { describe, it } from 'vitest'
import { decideOverride, type Override } from '../../../src/primitives/task/decide/overriding.ts'
import type { TaskEvent } from '../../../src/primitives/task/events.ts'
import { taskStream as task } from '../../../src/primitives/task/rows.ts'
import type { TaskState } from '../../../src/primitives/task/state.ts'
import { given } from '../../support/given.ts'
import { attemptFailed, claimed, completed, created, submission, submitted } from './stories.ts'

const override = (more: Partial<Override>) => (state: TaskState) =>
  decideOverride(state, {
    id: 'tsk_a',
    person: 'Ada',
    decision: 'proceed',
    note: null,
    escalation: null,
    whole: false,
    submission: undefined,
    ...more,
  })
const failed: TaskEvent = { type: 'task.failed', data: { error: 'broken' } }
const own = { ...submission('', 'six'), by: null }
const inReview = [created({ max_attempts: 1 }), claimed('t1'), submitted('t1', ['tsk_r', 'esc_a'])] as const

describe('a person overriding a task', () => {
  it('leaves a trace with their name before what follows', () => {
    given(task, created(), claimed('t1'))
      .when(override({ submission: own, note: 'I know it' }))
      .thenEvents(
        {
          type: 'task.overridden',
          data: {
            person: 'Ada',
            decision: 'proceed',
            note: 'I know it',
            escalation: null,
            from: 'claimed',
            replaced: true,
          },
        },
        'task.released',
        'task.completed',
      )
      .thenState({ status: 'done', by: null, attempt: 0 })
  })

  it('puts a result in the place of a blocked, ready, reviewed or failed one', () => {
    const done = (...past: readonly (TaskEvent | ReturnType<typeof claimed>)[]) =>
      given(task, ...past)
        .when(override({ submission: own }))
        .thenState({ status: 'done' })
    done(created({ blocked: true }))
    done(created())
    done(...inReview)
    done(created(), claimed('t1'), attemptFailed('t1', null), failed)
  })

  it('cannot accept what nobody handed in', () => {
    given(task, created()).when(override({})).thenFails('invalid_argument', { field: 'result' })
  })

  it('answers the one question, or ends all waiting when it is the task that is overridden', () => {
    given(task, ...inReview)
      .when(override({ escalation: 'esc_a' }))
      .thenState({ status: 'review', openReviews: ['tsk_r'] })
    given(task, ...inReview)
      .when(override({ escalation: 'esc_a', whole: true }))
      .thenState({ status: 'done', verification: 'verified', by: 'agt_a' })
  })

  it('has it done anew, with one more attempt where they are spent', () => {
    given(task, ...inReview)
      .when(override({ decision: 'retry', note: 'sources', escalation: 'esc_a' }))
      .thenEvents('task.overridden', 'task.attempt_granted', {
        type: 'task.rejected',
        data: { by: 'esc_a', findings: 'sources', author: 'agt_a' },
      })
      .thenState({ status: 'ready', attempt: 1, maxAttempts: 2 })
    given(task, created({ max_attempts: 1 }), claimed('t1'), attemptFailed('t1', null), failed)
      .when(override({ decision: 'retry' }))
      .thenEvents('task.overridden', 'task.reopened')
      .thenState({ status: 'ready', retryAt: null, maxAttempts: 2 })
    given(task, created())
      .when(override({ decision: 'retry' }))
      .thenFails('conflict')
  })

  it('fails what has not ended, and touches nothing that is done', () => {
    given(task, created(), claimed('t1'))
      .when(override({ decision: 'fail', note: 'no use' }))
      .thenEvents('task.overridden', 'task.released', { type: 'task.failed', data: { error: 'no use' } })
    for (const decision of ['proceed', 'retry', 'fail'] as const)
      given(task, created(), claimed('t1'), completed('t1'))
        .when(override({ decision, submission: own }))
        .thenFails('already_ended')
  })
})
