import type { Recorded } from '../../kernel/event.ts'
import type { DecisionData, DecisionEvent } from './events.ts'

export type DecisionState =
  | (DecisionData & { readonly status: 'recorded'; readonly outcome: unknown; readonly at: number })
  | { readonly status: 'undone' }

export const evolveDecision = (
  state: DecisionState | undefined,
  event: Recorded<DecisionEvent>,
): DecisionState => {
  if (event.type === 'decision.recorded')
    return { ...event.data, status: 'recorded', outcome: null, at: event.at }
  if (state?.status !== 'recorded') throw new Error(`${event.type} before the decision was recorded`)
  return { ...state, outcome: event.data.outcome }
}
