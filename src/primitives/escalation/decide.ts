import { Failure } from '../../errors.ts'
import type { Decision } from '../../kernel/decider.ts'
import type { EscalationEvent } from './events.ts'
import { type EscalationState, isWaiting } from './state.ts'
import type { Verdict } from './terms.ts'

const over = (id: string, state: EscalationState): Failure | undefined => {
  if (isWaiting(state)) return undefined
  const how =
    state.status === 'resolved'
      ? `was resolved by ${state.by} (${state.decision})`
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
): Decision<EscalationEvent> => over(id, state) ?? [{ type: 'escalation.resolved', data: given }]

/** Nothing where it is over already. */
export const decideWithdraw = (state: EscalationState, why: string): readonly EscalationEvent[] =>
  isWaiting(state) ? [{ type: 'escalation.cancelled', data: { why } }] : []
