import { describe, expect, it } from 'vitest'
import { decideOverride, type Override } from '../../../src/primitives/task/decide/overriding.ts'
import type { TaskEvent } from '../../../src/primitives/task/events.ts'
import { taskStream as task } from '../../../src/primitives/task/rows.ts'
import type { TaskState } from '../../../src/primitives/task/state.ts'
import { given, stateAfter } from '../../support/given.ts'
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

  it('accepts what a check had sent back, in the name of its author, and calls it overridden', () => {
    const back: TaskEvent = {
      type: 'task.rejected',
      data: { by: 'gate:high', findings: 'too low', author: 'agt_a' },
    }
    const refused = { seq: 3, submission: submission('t1') }
    const accepts = { seq: 3, by: 'agt_a', digest: submission('t1').digest }
    const verified: TaskEvent = {
      type: 'task.verified',
      data: { by: 'person', findings: 'will do', last: true, accepts },
    }
    const done = {
      status: 'done',
      verification: 'overridden',
      by: 'agt_a',
      digest: accepts.digest,
      resultSeq: 3,
    } as const
    const first = [created(), claimed('t1'), submitted('t1', []), back] as const
    const accept = override({ refused, note: 'will do', escalation: 'esc_a' })
    const result = given(task, ...first).when(accept)
    result.thenEvents('task.overridden', verified).thenState(done)
    given(task, ...first, claimed('t2', { attempt: 2 }))
      .when(accept)
      .thenEvents('task.overridden', 'task.released', verified)
      .thenState({ ...done, attempt: 1 })
    given(task, ...first, failed)
      .when(accept)
      .thenState(done)
    // No second outcome of its author: the refusal was counted.
    const state = stateAfter(task, ...first)
    expect(task.measured?.(state, { ...verified, seq: 5, run: 1, at: 0 } as never)).toEqual([])
  })

  it('says what is to be done otherwise where the next attempt is due anyway', () => {
    const again = { decision: 'retry', escalation: 'esc_a' } as const
    given(task, created())
      .when(override({ ...again, note: 'mind the zero' }))
      .thenEvents('task.overridden')
      .thenState({ status: 'ready' })
    given(task, created()).when(override(again)).thenFails('conflict')
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

describe('a person deciding on a result that nobody had asked them about', () => {
  const unsure = { kind: 'mender|client|-|any|default', nth: 4 }
  const through: TaskEvent = { type: 'task.completed', data: { ...submission('t1'), unsure } }
  const said = (decision: 'proceed' | 'retry' | 'fail'): TaskEvent => ({
    type: 'task.overridden',
    data: { person: 'Ada', decision, note: null, escalation: null, from: 'done' },
  })

  it('is heard though its end stands, whatever they say', () => {
    for (const decision of ['proceed', 'retry', 'fail'] as const)
      given(task, created(), claimed('t1'), through)
        .when(override({ decision }))
        .thenEvents(said(decision))
        .thenState((state) => state.status === 'done' && !('unsure' in state))
  })

  it('is heard once, and gives no other result', () => {
    given(task, created(), claimed('t1'), through, said('fail'))
      .when(override({ decision: 'proceed' }))
      .thenFails('already_ended')
    given(task, created(), claimed('t1'), through)
      .when(override({ submission: own }))
      .thenFails('already_ended')
  })

  it('counts once for the kind, against it unless they took the result as it was', () => {
    const state = stateAfter(task, created(), claimed('t1'), through)
    const counted = (data: object) =>
      task.measured?.(state, { ...said('fail'), data, seq: 9, run: 1, at: 0 } as never)
    const named = (name: string) => [{ scope: `decided:${unsure.kind}#0`, name, by: 1 }]
    expect(counted({ decision: 'proceed' })).toEqual(named('3:accepted'))
    expect(counted({ decision: 'proceed', replaced: true })).toEqual(named('3:refused'))
    for (const decision of ['retry', 'fail', 'cancel'])
      expect(counted({ decision })).toEqual(named('3:refused'))
    const decided = stateAfter(task, created(), claimed('t1'), through, said('fail'))
    expect(task.measured?.(decided, { ...said('fail'), seq: 9, run: 1, at: 0 } as never)).toEqual([])
  })
})
