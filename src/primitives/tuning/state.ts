import type { Recorded } from '../../kernel/event.ts'
import type { Bounds, Closing, Knobs, Objective, Observation, Step, TuningEvent, Way } from './events.ts'
import { type Tried, withTried } from './state/tried.ts'

/** A change of the knobs, for whoever asks. `at` in epoch ms. */
export interface LoggedChange {
  readonly at: number
  readonly before: Knobs
  readonly after: Knobs
  readonly why: string
}

export interface TuningState {
  readonly knobs: Knobs
  readonly bounds: Bounds
  readonly objective: Objective
  readonly frozen: boolean
  readonly enabled: boolean
  /** Newest first. */
  readonly changes: readonly LoggedChange[]
  readonly last: Observation | null
  /** Windows seen at this setting, oldest first, without those that still held turns of the setting before. */
  readonly trial: readonly Observation[]
  /**
   * Windows that began before this moment (epoch ms) still hold turns of the setting before: a turn of usual length
   * after the last move.
   */
  readonly settlesAt: number
  /** The median turn of the newest window that had one, ms. */
  readonly p50_ms: number
  readonly step: Step | null
  /** The way of the step that was made last, on probation or not. */
  readonly lastWay: Way | null
  readonly closings: Readonly<Partial<Record<Way, Closing>>>
  /** Windows in a row that closed with an empty queue. */
  readonly idle: number
  /** The concurrency that idleness took away and a full queue gives back; null: none. */
  readonly refill: number | null
  /** What p99 usually is, ms: an exponential average over windows, and how many went in. */
  readonly usual: { readonly p99_ms: number; readonly n: number } | null
  /** True once a turn has reported a cost. */
  readonly priced: boolean
  /** Settings that were measured, newest first. */
  readonly tried: readonly Tried[]
}

/** The widest that bounds can be. */
export const widest: Bounds = { batch_size: { min: 1, max: 16 }, concurrency: { min: 2, max: 32 } }

/** Before anything was seen or said. */
export const atFirst: TuningState = {
  knobs: { batch_size: 4, concurrency: 4 },
  bounds: widest,
  objective: { name: 'latency', target_p99_ms: null, weights: { latency: 1, throughput: 1, cost: 1 } },
  frozen: false,
  enabled: true,
  changes: [],
  last: null,
  trial: [],
  settlesAt: 0,
  p50_ms: 0,
  step: null,
  lastWay: null,
  closings: {},
  idle: 0,
  refill: null,
  usual: null,
  priced: false,
  tried: [],
}

/** How many windows, and how many changes, are remembered. */
const most = { trial: 12, changes: 10 }
/** The weight of a window in the usual p99, once the first 30 have been averaged. */
const slowest = 1 / 30

/** The state with one more window seen. */
export const seeing = (state: TuningState, seen: Observation): TuningState => {
  const settled = seen.at - seen.window_ms >= state.settlesAt
  const trial = settled ? [...state.trial, seen].slice(-most.trial) : state.trial
  return {
    ...state,
    last: seen,
    trial,
    p50_ms: seen.latency_ms.p50 ?? state.p50_ms,
    idle: seen.queue_depth === 0 ? state.idle + 1 : 0,
    usual: usually(state.usual, seen.latency_ms.p99),
    priced: state.priced || seen.cost_usd > 0,
    tried: withTried(state.tried, state.knobs, trial),
  }
}

/**
 * An average rather than the least, since turns differ in length by nature and the least that was ever seen would make
 * every later one look slow (as Netflix concurrency-limits, Gradient2Limit, has it; so too its quick way down from a
 * long stretch of overload).
 */
const usually = (usual: TuningState['usual'], p99: number | null): TuningState['usual'] => {
  if (p99 === null) return usual
  if (usual === null) return { p99_ms: p99, n: 1 }
  const n = usual.n + 1
  const p99_ms = usual.p99_ms + (p99 - usual.p99_ms) * Math.max(1 / n, slowest)
  return { p99_ms: p99_ms > 2 * p99 ? p99_ms * 0.9 : p99_ms, n }
}

/** The state after a move: what was measured of the setting before it does not count for this one. */
const moved = (state: TuningState, change: Omit<LoggedChange, 'at'>, at: number): TuningState => {
  const { before, after, why } = change
  const changes = [{ at, before, after, why }, ...state.changes].slice(0, most.changes)
  return { ...state, knobs: after, changes, trial: [], settlesAt: at + state.p50_ms, step: null }
}

const closed = (state: TuningState, closing: Closing | null): TuningState =>
  closing ? { ...state, closings: { ...state.closings, [closing.way]: closing } } : state

/**
 * The step on probation is over. Its way starts anew, earlier misses forgotten, but if a longer step had missed, the
 * next ones are as long as this one.
 */
const proved = (state: TuningState): TuningState => {
  if (!state.step?.way) return { ...state, step: null }
  const { way, size } = state.step
  const { [way]: closing, ...others } = state.closings
  const anew = closing?.size ? { [way]: { way, until: 0, misses: 0, size } } : {}
  return { ...state, step: null, closings: { ...others, ...anew } }
}

const refillAfter = (state: TuningState, { kind, from }: Step): number | null => {
  if (kind === 'idle') return Math.max(state.refill ?? 0, from.concurrency)
  return kind === 'refill' ? state.refill : null
}

/** By hand, by bounds or by reset: nothing is on probation, and nothing is given back. */
const movedByHand = (state: TuningState, change: Omit<LoggedChange, 'at'>, at: number): TuningState => {
  const { before, after } = change
  const same = before.batch_size === after.batch_size && before.concurrency === after.concurrency
  return same ? state : { ...moved(state, change, at), lastWay: null, refill: null }
}

/** Only remembers. A moment within an observation is the dispatcher's, other moments are the log's. */
export const evolveTuning = (before: TuningState | undefined, event: Recorded<TuningEvent>): TuningState => {
  const state = before ?? atFirst
  switch (event.type) {
    case 'tuning.observed': {
      const { observation, kept } = event.data
      return kept ? proved(seeing(state, observation)) : seeing(state, observation)
    }
    case 'tuning.adjusted': {
      const { observation, step, kept, closing } = event.data
      const seen = kept ? proved(seeing(state, observation)) : seeing(state, observation)
      const next = moved(seen, event.data, observation.at)
      return closed({ ...next, step, lastWay: step.way, refill: refillAfter(state, step) }, closing)
    }
    case 'tuning.taken_back': {
      const { observation, closing } = event.data
      return closed(moved(seeing(state, observation), event.data, observation.at), closing)
    }
    case 'tuning.set':
      return movedByHand(state, event.data, event.at)
    case 'tuning.bounded':
      return { ...movedByHand(state, event.data, event.at), bounds: event.data.bounds, closings: {} }
    case 'tuning.objective_set':
      return { ...state, objective: event.data.after, step: null, lastWay: null, closings: {} }
    case 'tuning.frozen':
      return { ...state, frozen: true }
    case 'tuning.thawed':
      return { ...state, frozen: false }
    case 'tuning.enabled':
      return { ...state, enabled: true }
    case 'tuning.disabled':
      return { ...state, enabled: false }
    case 'tuning.reset':
      return { ...atFirst, changes: moved(state, event.data, event.at).changes, settlesAt: event.at }
  }
}
