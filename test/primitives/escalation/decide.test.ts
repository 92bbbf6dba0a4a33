import { describe, expect, it } from 'vitest'
import {
  decideAcknowledge,
  decideAnswer,
  decideResolve,
  decideWithdraw,
} from '../../../src/primitives/escalation/decide.ts'
import type { EscalationEvent } from '../../../src/primitives/escalation/events.ts'
import { escalationStream as escalation } from '../../../src/primitives/escalation/rows.ts'
import type { EscalationState } from '../../../src/primitives/escalation/state.ts'
import { given, stateAfter } from '../../support/given.ts'

/** Not narrowed to the one kind of event that it is. */
const happened = (event: EscalationEvent): EscalationEvent => event

const opened = happened({
  type: 'escalation.opened',
  data: {
    cause: 'asked',
    subject: 'tsk_a',
    task: 'tsk_a',
    question: 'Which?',
    options: [],
    severity: 'normal',
  },
})
const resolve = (by: string) => (state: EscalationState) =>
  decideResolve('esc_a', state, { decision: 'proceed', by, note: null })
const resolved = happened({
  type: 'escalation.resolved',
  data: { decision: 'retry', by: 'Ada', note: 'again' },
})
const seen = happened({ type: 'escalation.acknowledged', data: { by: 'Ada' } })
const own = { id: 'esc_a', run: 1 }

describe('an escalation', () => {
  it('is resolved once, by a person who is named', () => {
    given(escalation, opened)
      .when(resolve('Ada'))
      .thenEvents({ type: 'escalation.resolved', data: { decision: 'proceed', by: 'Ada', note: null } })
      .thenState({ status: 'resolved', by: 'Ada', cause: 'asked' })
    given(escalation, opened, resolved)
      .when(resolve('Bob'))
      .thenFails('already_ended', { escalation_id: 'esc_a', status: 'resolved' })
  })

  it('that somebody asked ends with an answer, one of its options where it has some', () => {
    const free = (options: readonly string[]) =>
      happened({ ...opened, data: { ...opened.data, task: null, options } } as EscalationEvent)
    const answer = (answer: string) => (state: EscalationState) =>
      decideAnswer('esc_a', state, { answer, by: 'Ada', note: null })
    given(escalation, free([]))
      .when(answer('on Friday'))
      .thenEvents({
        type: 'escalation.resolved',
        data: { decision: 'answer', answer: 'on Friday', by: 'Ada', note: null },
      })
      .thenState({ status: 'resolved', decision: 'answer', answer: 'on Friday' })
    given(escalation, free(['yes', 'no']))
      .when(answer('perhaps'))
      .thenFails('invalid_argument', { field: 'answer' })
    given(escalation, free(['yes', 'no']))
      .when(resolve('Ada'))
      .thenFails('invalid_argument', { field: 'decision' })
    given(escalation, free([]), resolved).when(answer('late')).thenFails('already_ended')
    const unsure = { ...opened, data: { ...opened.data, cause: 'low_confidence' } } as EscalationEvent
    given(escalation, unsure).when(answer('yes')).thenFails('invalid_argument', { field: 'answer' })
  })

  it('still waits when it was only seen', () => {
    given(escalation, opened)
      .when((state) => decideAcknowledge('esc_a', state, 'Ada'))
      .thenState({ status: 'acknowledged', by: 'Ada' })
    given(escalation, opened, seen)
      .when((state) => decideAcknowledge('esc_a', state, 'Ada'))
      .thenEvents()
    given(escalation, opened, seen).when(resolve('Bob')).thenEvents('escalation.resolved')
    given(escalation, opened, resolved)
      .when((state) => decideAcknowledge('esc_a', state, 'Ada'))
      .thenFails('already_ended')
  })

  it('is taken back while it waits, and not afterwards', () => {
    given(escalation, opened)
      .when((state) => decideWithdraw(state, 'over'))
      .thenState({ status: 'cancelled' })
    given(escalation, opened, resolved)
      .when((state) => decideWithdraw(state, 'over'))
      .thenEvents()
  })

  it('counts, and bars another of its kind, as long as it waits', () => {
    for (const [past, waits] of [
      [[opened], true],
      [[opened, seen], true],
      [[opened, resolved], false],
    ] as const) {
      const state = stateAfter(escalation, ...past)
      expect(escalation.columns(state).open_key !== null).toBe(waits)
      expect(escalation.standing(state, own)).toHaveLength(waits ? 1 : 0)
    }
    const undone = escalation.undone(stateAfter(escalation, opened))
    expect([undone.status, escalation.columns(undone).open_key]).toEqual(['undone', null])
  })
})
