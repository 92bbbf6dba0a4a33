import type { BreakerEvent } from './events.ts'
import type { BreakerState } from './state.ts'
import type { BreakerRules, Outcome } from './terms.ts'

/*
 * The circuit breaker of Michael Nygard, "Release It!" (2nd edition, 2018, chapter 5), with the failure rate over a
 * window of the latest calls as Resilience4j has it, and half-open reduced to one probe at a time.
 */

/** Whether a turn may go, and if not, why and when to ask again (epoch ms). */
export type Go =
  | { readonly go: true; readonly probe: boolean }
  | { readonly go: false; readonly why: string; readonly retry_at: number }

export interface GoDecision {
  readonly answer: Go
  readonly events: readonly BreakerEvent[]
}

const refused = (why: string, retry_at: number): GoDecision => ({
  answer: { go: false, why, retry_at },
  events: [],
})

/** Lets a turn go, as the one probe where the subject has failed before. Asked again by that turn, it answers alike. */
export const decideGo = (
  state: BreakerState | undefined,
  turn: string,
  rules: BreakerRules,
  now: number,
): GoDecision => {
  if (state === undefined || state.status === 'closed')
    return { answer: { go: true, probe: false }, events: [] }
  if (state.status === 'open') {
    if (now < state.until) return refused(`open: ${state.why}`, state.until)
    const cooled: BreakerEvent = {
      type: 'breaker.half_opened',
      data: { why: `${state.coolDownMs} ms have passed since it opened` },
    }
    return probing([cooled], turn, 'the first turn after the cool-down', rules, now)
  }
  const { probe, successes } = state
  if (probe === null)
    return probing([], turn, `${successes} of ${rules.successes} probes went well so far`, rules, now)
  if (probe.turn === turn) return { answer: { go: true, probe: true }, events: [] }
  if (now < probe.givesUpAt) return refused('half open, and its one probe is out', probe.givesUpAt)
  const lost = givenUp(probe.turn, 'nobody reported on it in time')
  return probing([lost], turn, 'the probe before it was given up', rules, now)
}

const probing = (
  first: readonly BreakerEvent[],
  turn: string,
  why: string,
  rules: BreakerRules,
  now: number,
): GoDecision => ({
  answer: { go: true, probe: true },
  events: [...first, { type: 'breaker.probed', data: { turn, gives_up_at: now + rules.probe_ms, why } }],
})

const givenUp = (turn: string, why: string): BreakerEvent => ({
  type: 'breaker.probe_ended',
  data: { turn, outcome: 'given_up', why },
})

/**
 * What an outcome does to the breaker. While it is open, and while it is half open but for the probe, outcomes are those
 * of turns that went before: they change nothing.
 */
export const decideOutcome = (
  state: BreakerState | undefined,
  outcome: Outcome,
  rules: BreakerRules,
  now: number,
): readonly BreakerEvent[] => {
  if (state === undefined || state.status === 'closed')
    return whileClosed(state?.outcomes ?? '', outcome, rules, now)
  if (state.status === 'open' || state.probe?.turn !== outcome.turn) return []
  const { turn, ok, counted, why = 'failed' } = outcome
  if (!ok && counted === false)
    return [{ type: 'breaker.probe_ended', data: { turn, outcome: 'silent', why: `${why} does not count` } }]
  if (!ok) {
    const coolDown = Math.max(state.coolDownMs, Math.min(state.coolDownMs * 2, rules.most_cool_down_ms))
    return [opened(`the probe failed (${why})`, coolDown, turn, now)]
  }
  const successes = state.successes + 1
  const ended: BreakerEvent = {
    type: 'breaker.probe_ended',
    data: { turn, outcome: 'ok', why: `${successes} of ${rules.successes} probes went well` },
  }
  if (successes < rules.successes) return [ended]
  return [ended, { type: 'breaker.closed', data: { why: `${successes} probes in a row went well` } }]
}

const whileClosed = (
  before: string,
  { turn, ok, counted, why = 'failed' }: Outcome,
  rules: BreakerRules,
  now: number,
): readonly BreakerEvent[] => {
  if (!ok && counted === false) return []
  // A window full of successes stays what it is.
  if (ok && before.length >= rules.window && !before.slice(-rules.window).includes('-')) return []
  const window = (before + (ok ? '+' : '-')).slice(-rules.window)
  const reason = !ok && counted === 'at_once' ? why : tooMany(window, ok ? '' : `, the last: ${why}`, rules)
  if (reason !== undefined) return [opened(reason, rules.cool_down_ms, turn, now)]
  return [{ type: 'breaker.counted', data: { ok } }]
}

/** Why this window is too much, if it is. A success may bring it to `least`, so it is judged after each outcome. */
const tooMany = (window: string, last: string, rules: BreakerRules): string | undefined => {
  const inARow = window.length - 1 - window.lastIndexOf('+')
  if (inARow >= rules.failures) return `${inARow} failures in a row${last}`
  const failed = window.split('-').length - 1
  if (window.length >= rules.least && failed >= rules.share * window.length)
    return `${failed} of the last ${window.length} failed${last}`
  return undefined
}

const opened = (why: string, coolDownMs: number, turn: string, now: number): BreakerEvent => ({
  type: 'breaker.opened',
  data: { why, until: now + coolDownMs, cool_down_ms: coolDownMs, turn },
})

/** The probe's turn is over without an outcome: its lease ended, its process is gone. */
export const decideGiveUp = (
  state: BreakerState | undefined,
  turn: string,
  why: string,
): readonly BreakerEvent[] =>
  state?.status === 'half_open' && state.probe?.turn === turn ? [givenUp(turn, why)] : []

/** Forgets what was held against the subject, because it is another thing now. */
export const decideReset = (state: BreakerState | undefined, why: string): readonly BreakerEvent[] =>
  state === undefined || (state.status === 'closed' && state.outcomes === '')
    ? []
    : [{ type: 'breaker.closed', data: { why } }]
