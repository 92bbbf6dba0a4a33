import type { Call, Clock, NewId, Store } from '../../kernel/ports.ts'
import type { BreakerRules } from '../../primitives/breaker/terms.ts'
import type { Place } from '../../primitives/turn/terms.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Workforce } from '../hands.ts'

/** What everything in the dispatcher stands on. */
export interface DispatcherParts {
  readonly store: Store
  readonly workforce: Workforce
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Log
  /** This process. */
  readonly server: Place
  /** The session in whose name it acts: `ses_…` of its own. */
  readonly session: string
  /** By which breakers are judged; left out: the default. */
  readonly breaker?: BreakerRules
}

/** A call of the dispatcher's in the name of an agent. One correlation a turn, so that its whole story is found by it. */
export const callAs = (parts: DispatcherParts, agent: string | undefined, correlation: string): Call => ({
  actor: {
    session: parts.session,
    client: 'baton dispatcher',
    ...(agent !== undefined && { as: agent, proof: 'lease' as const }),
  },
  correlation,
})
