/** What a breaker stands before: a model endpoint, a command, or one agent. The subject is the breaker's id. */
export type BreakerSubject = `${'model' | 'command' | 'agent'}:${string}`

/** When a breaker opens, how long it waits, what closes it. Numbers are counts, `share` is 0–1, `…_ms` durations. */
export interface BreakerRules {
  /** Opens after so many counted failures in a row. */
  readonly failures: number
  /** Opens when at least this share of the window failed… */
  readonly share: number
  /** …and the window holds at least so many outcomes. */
  readonly least: number
  /** How many outcomes are looked back at; at most `keptOutcomes`. */
  readonly window: number
  readonly cool_down_ms: number
  /** Each failed probe doubles the cool-down, up to this. */
  readonly most_cool_down_ms: number
  /** So many probes in a row, one at a time, close it. */
  readonly successes: number
  /** A probe that nobody reported on is given up after this: its holder has died. Longer than a turn may take. */
  readonly probe_ms: number
}

export const defaultBreakerRules: BreakerRules = {
  failures: 5,
  share: 0.5,
  least: 10,
  window: 20,
  cool_down_ms: 60_000,
  most_cool_down_ms: 600_000,
  successes: 3,
  probe_ms: 120_000,
}

/** The most outcomes that a breaker remembers, whatever its rules say. */
export const keptOutcomes = 100

/**
 * Whether a failure speaks against the subject. `at_once`: no further try can go better, so the breaker opens without
 * counting. False: it says nothing of the subject (the turn was ended by us, or the answer was poor).
 */
export type Counted = boolean | 'at_once'

/** How a turn went, as far as the subject is concerned. */
export interface Outcome {
  readonly turn: string
  readonly ok: boolean
  readonly counted: Counted
  /** A word or two for the log: `timeout`, `503`. No secret, no text of the other side. */
  readonly why?: string
}

/** The faults of a turn, in the runners' words, that speak against who took it. */
const counting: ReadonlySet<string> = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'rate_limited',
  'exit',
  // Nothing came back that could be taken for an answer: a broken stream, another protocol. An answer that a task's
  // checks turn down is no fault of a turn, and never comes here.
  'bad_answer',
])

/**
 * Whether a turn's fault counts. `refused` depends on the HTTP status: a key that is refused (401, 403) is refused again,
 * and trying on may lock the account, so that opens at once; a wrong path or model (404, 405) counts; anything else (400,
 * 413, a filter) is about this one prompt. `aborted` was our own doing.
 */
export const countsAs = (fault: string, httpStatus?: number): Counted => {
  if (fault !== 'refused') return counting.has(fault)
  if (httpStatus === 401 || httpStatus === 403) return 'at_once'
  return httpStatus === 404 || httpStatus === 405
}
