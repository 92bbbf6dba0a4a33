import type { Recorded } from '../../kernel/event.ts'
import type { Answered, EndpointOrigin, ModelEvent, Probed } from './events.ts'
import { type MeasuredUse, usedTogether } from './price.ts'
import type { ModelEndpoint } from './terms.ts'

/** One outcome that says how an endpoint is. `at` in epoch ms. */
export interface Look {
  readonly by: 'answer' | 'probe'
  readonly ok: boolean
  readonly at: number
  readonly ms: number
}

/** How many outcomes are kept for health. */
const keptLooks = 20

export interface ModelState {
  readonly status: 'registered' | 'removed'
  readonly endpoint: ModelEndpoint
  readonly origin: EndpointOrigin
  /** The latest outcomes, newest last. */
  readonly looks: readonly Look[]
  /** When it was last looked at by a probe, whatever that said, epoch ms. */
  readonly probedAt: number | null
  /** Of the place where it is now: what counted is forgotten when address, protocol or model change. */
  readonly answers: number
  readonly failures: number
  readonly tokens: number
  readonly costUsd: number
  /** Of good answers that told what was read and what was written; absent: none did. */
  readonly used?: MeasuredUse
  /** Seq of the newest answer: by it the one that has waited longest is found. */
  readonly answeredSeq: number | null
}

const fresh = { looks: [], probedAt: null, answers: 0, failures: 0, tokens: 0, costUsd: 0, answeredSeq: null }

/** Whether both are one model at one address: what was measured of one holds for the other. */
export const samePlace = (a: ModelEndpoint, b: ModelEndpoint): boolean =>
  a.protocol === b.protocol && a.base_url === b.base_url && a.model === b.model

export const evolveModel = (state: ModelState | undefined, event: Recorded<ModelEvent>): ModelState => {
  switch (event.type) {
    case 'model.registered':
    case 'model.changed': {
      const { endpoint, origin } = event.data
      const measured = state && samePlace(state.endpoint, endpoint) ? state : fresh
      const { looks, probedAt, answers, failures, tokens, costUsd, answeredSeq } = measured
      const used = 'used' in measured && measured.used ? { used: measured.used } : {}
      const kept = { looks, probedAt, answers, failures, tokens, costUsd, answeredSeq, ...used }
      return { status: 'registered', endpoint, origin, ...kept }
    }
    case 'model.removed':
      return { ...born(state, event.type), status: 'removed' }
    case 'model.probed': {
      const before = born(state, event.type)
      return { ...before, probedAt: event.at, looks: looksAfter(before, event.data, event.at) }
    }
    case 'model.answered': {
      const before = born(state, event.type)
      const { ok, ms, counted, tokens = 0, cost_usd = 0 } = event.data
      const counts = ok || counted !== false
      return {
        ...before,
        looks: counts ? seen(before, { by: 'answer', ok, at: event.at, ms }) : before.looks,
        answers: before.answers + (ok ? 1 : 0),
        failures: before.failures + (!ok && counts ? 1 : 0),
        tokens: before.tokens + tokens,
        costUsd: before.costUsd + cost_usd,
        answeredSeq: event.seq,
        ...usedAfter(before, event.data),
      }
    }
  }
}

/** What a turn uses is learned from those that ended well: one that broke off used less than it wanted. */
const usedAfter = ({ used }: ModelState, { ok, input_tokens, output_tokens }: Answered) =>
  ok && input_tokens !== undefined && output_tokens !== undefined
    ? { used: usedTogether([used, { n: 1, input_tokens, output_tokens }]) }
    : {}

const born = (state: ModelState | undefined, type: string): ModelState => {
  if (!state) throw new Error(`${type} before the endpoint was registered`)
  return state
}

/**
 * An endpoint may answer turns well and yet show nobody its list of models: there is none (404, 405, 501), the key may
 * not read it (403), it comes in another form (200), or too often (429). That it answers at all is what such a probe
 * says: it takes back what failed probes said before, and speaks neither for nor against the endpoint.
 */
const looksAfter = (before: ModelState, { ok, status, ms }: Probed, at: number): readonly Look[] => {
  const down = status === undefined || status === 401 || (status >= 500 && status !== 501)
  if (ok || down) return seen(before, { by: 'probe', ok, at, ms })
  return before.looks.filter((look) => look.ok || look.by !== 'probe')
}

const seen = ({ looks }: ModelState, look: Look): readonly Look[] => [...looks, look].slice(-keptLooks)
