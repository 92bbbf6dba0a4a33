import { Failure, invalid } from '../../errors.ts'
import type { Decision } from '../../kernel/decider.ts'
import type { EscalationEvent } from './events.ts'
import { type EscalationState, isWaiting } from './state.ts'
import { isFree, type Verdict } from './terms.ts'

const over = (id: string, state: EscalationState): Failure | undefined => {
  if (isWaiting(state)) return undefined
  const how =
    state.status === 'resolved'
      ? `was resolved by ${state.by} (${state.answer ?? state.decision})`
      : state.status === 'cancelled'
        ? `was cancelled: ${state.why}`
        : 'was undone by a rollback'
  return new Failure('already_ended', `Escalation ${id} ${how}.`, 'list_escalations shows what is open.', {
    escalation_id: id,
    status: state.status,
  })
}

export const decideAcknowledge = (
  id: string,
  state: EscalationState,
  by: string,
): Decision<EscalationEvent> =>
  over(id, state) ??
  (state.status === 'acknowledged' && state.by === by
    ? []
    : [{ type: 'escalation.acknowledged', data: { by } }])

/** One that is over is not resolved again: the first answer stands. */
export const decideResolve = (
  id: string,
  state: EscalationState,
  given: { readonly decision: Verdict; readonly by: string; readonly note: string | null },
): Decision<EscalationEvent> =>
  over(id, state) ?? asksForWords(id, state, given.decision) ?? [{ type: 'escalation.resolved', data: given }]

const asksForWords = (id: string, state: EscalationState, decision: Verdict): Failure | undefined => {
  if (!isFree(state) || decision === 'cancel') return undefined
  const { options } = state
  const which = options.length > 0 ? ` (one of: ${options.join(', ')})` : ''
  return invalid(
    'decision',
    `${decision} is no answer to ${id}`,
    `Give answer instead${which}, or cancel to close it without one.`,
  )
}

/** The answer to what somebody asked in so many words; where they gave options, one of those. */
export const decideAnswer = (
  id: string,
  state: EscalationState,
  given: { readonly answer: string; readonly by: string; readonly note: string | null },
): Decision<EscalationEvent> => {
  const ended = over(id, state)
  if (ended) return ended
  if (state.cause !== 'asked')
    return invalid('answer', `${id} asks for a decision (${state.cause})`, 'Give decision instead.')
  if (state.options.length > 0 && !state.options.includes(given.answer))
    return invalid('answer', `is none of: ${state.options.join(', ')}`, 'Choose one; note takes more words.')
  return [{ type: 'escalation.resolved', data: { decision: 'answer', ...given } }]
}

/** Nothing where it is over already. */
export const decideWithdraw = (state: EscalationState, why: string): readonly EscalationEvent[] =>
  isWaiting(state) ? [{ type: 'escalation.cancelled', data: { why } }] : []
