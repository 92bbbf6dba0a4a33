import type { BreakerEvent } from '../../../src/primitives/breaker/events.ts'
import {
  type BreakerRules,
  defaultBreakerRules,
  type Outcome,
} from '../../../src/primitives/breaker/terms.ts'

export const counted = (...outcomes: readonly boolean[]): BreakerEvent[] =>
  outcomes.map((ok) => ({ type: 'breaker.counted', data: { ok } }))

export const opened =
  (why = 'timeout', cool_down_ms = 60_000) =>
  (now: number): BreakerEvent => ({
    type: 'breaker.opened',
    data: { why, until: now + cool_down_ms, cool_down_ms, turn: 'trn_0' },
  })

export const halfOpened: BreakerEvent = { type: 'breaker.half_opened', data: { why: 'cooled down' } }

export const probed =
  (turn: string, probe_ms = 120_000) =>
  (now: number): BreakerEvent => ({
    type: 'breaker.probed',
    data: { turn, gives_up_at: now + probe_ms, why: 'to see' },
  })

export const probeEnded = (turn: string, outcome: 'ok' | 'silent' | 'given_up'): BreakerEvent => ({
  type: 'breaker.probe_ended',
  data: { turn, outcome, why: 'so it went' },
})

export const well = (turn = 'trn_1'): Outcome => ({ turn, ok: true, counted: true })
export const badly = (turn = 'trn_1', why = 'timeout', counts: Outcome['counted'] = true): Outcome => ({
  turn,
  ok: false,
  counted: counts,
  why,
})

export const rules = (some: Partial<BreakerRules> = {}): BreakerRules => ({ ...defaultBreakerRules, ...some })
