import type { BreakerRules } from '../breaker/terms.ts'

/** Where something runs: enough for another process of the same host to tell whether it still does. */
export interface Place {
  readonly host: string
  readonly pid: number
  /** When the process started, as its host tells it; null where the host does not. A reused pid differs in it. */
  readonly started: string | null
}

/** What was ended of a turn: the child, its descendants, and those that had left its group. */
export interface Stopped {
  /** `gone`: nothing was left to end. `term`, `kill`: the strongest signal that was needed. `request`: a call was aborted. */
  readonly how: 'gone' | 'term' | 'kill' | 'request'
  readonly ended: readonly { readonly pid: number; readonly name: string; readonly how: string }[]
  readonly left: readonly { readonly pid: number; readonly why: string }[]
  /** Whether descendants that left the process group were looked for, by the mark in their environment. */
  readonly strays: 'searched' | 'unavailable'
}

/** What a turn may still spend, set aside from the run's budget until it reports. */
export interface Reserve {
  readonly tokens: number
  readonly cost_usd: number
}

/** What a turn failed of. `unavailable`: it never began (no such program, host refused, no client). */
export const turnFaults = [
  'unavailable',
  'exit',
  'timeout',
  'aborted',
  'rate_limited',
  'unreachable',
  'bad_answer',
  'refused',
] as const
export type TurnFault = (typeof turnFaults)[number]

/** How a turn ended. Durations in ms. */
export interface TurnEnd {
  readonly turn: string
  readonly ok: boolean
  readonly why: string
  /** What it failed of; left out where it did not, or was ended from outside. */
  readonly fault?: TurnFault | undefined
  /** What an endpoint answered with, where it did. */
  readonly http_status?: number | undefined
  readonly duration_ms: number
  readonly tokens?: number | undefined
  readonly input_tokens?: number | undefined
  readonly output_tokens?: number | undefined
  readonly cost_usd?: number | undefined
  readonly stopped?: Stopped | undefined
  /** By which the breaker of its command or endpoint judges it; left out: the default. */
  readonly breaker?: BreakerRules | undefined
}
