import type { Recorded } from '../../kernel/event.ts'
import type { BreakerEvent } from './events.ts'
import { keptOutcomes } from './terms.ts'

/** A turn that is out to see whether the subject is well again. Moments in epoch ms. */
export interface Probe {
  readonly turn: string
  readonly since: number
  readonly givesUpAt: number
}

export type BreakerState =
  | {
      readonly status: 'closed'
      /** The latest counted outcomes, newest last: `+` went well, `-` failed. */
      readonly outcomes: string
    }
  | {
      readonly status: 'open'
      readonly since: number
      readonly until: number
      readonly coolDownMs: number
      readonly why: string
    }
  | {
      readonly status: 'half_open'
      readonly since: number
      readonly coolDownMs: number
      /** Probes that went well, in a row. */
      readonly successes: number
      /** The one that is out. */
      readonly probe: Probe | null
      /** Why it had opened. */
      readonly why: string
    }

const closed: BreakerState = { status: 'closed', outcomes: '' }

export const evolveBreaker = (
  state: BreakerState | undefined,
  event: Recorded<BreakerEvent>,
): BreakerState => {
  switch (event.type) {
    case 'breaker.counted': {
      const before = state?.status === 'closed' ? state.outcomes : ''
      return { status: 'closed', outcomes: (before + (event.data.ok ? '+' : '-')).slice(-keptOutcomes) }
    }
    case 'breaker.opened': {
      const { until, cool_down_ms: coolDownMs, why } = event.data
      return { status: 'open', since: event.at, until, coolDownMs, why }
    }
    case 'breaker.half_opened': {
      if (state?.status !== 'open') throw new Error(`${event.type} of a breaker that is not open`)
      const { coolDownMs, why } = state
      return { status: 'half_open', since: event.at, coolDownMs, successes: 0, probe: null, why }
    }
    case 'breaker.probed': {
      if (state?.status !== 'half_open') throw new Error(`${event.type} of a breaker that is not half open`)
      const { turn, gives_up_at: givesUpAt } = event.data
      return { ...state, probe: { turn, since: event.at, givesUpAt } }
    }
    case 'breaker.probe_ended': {
      if (state?.status !== 'half_open') throw new Error(`${event.type} of a breaker that is not half open`)
      return { ...state, probe: null, successes: state.successes + (event.data.outcome === 'ok' ? 1 : 0) }
    }
    case 'breaker.closed':
      return closed
  }
}
