import type { Recorded } from '../../kernel/event.ts'
import type { PolicyEvent } from './events.ts'
import type { Policy } from './terms.ts'

/** The policy of a run as it holds. Versions count up by one and never go back, whatever a rollback does. */
export interface PolicyState {
  readonly version: number
  readonly policy: Policy
  readonly changedAt: number
}

export const evolvePolicy = (
  _state: PolicyState | undefined,
  { data, at }: Recorded<PolicyEvent>,
): PolicyState => ({ version: data.version, policy: data.policy, changedAt: at })
