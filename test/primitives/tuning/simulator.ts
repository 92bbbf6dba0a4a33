import type { Recorded } from '../../../src/kernel/event.ts'
import { decideChange } from '../../../src/primitives/tuning/decide/changing.ts'
import { decideObservation } from '../../../src/primitives/tuning/decide/observing.ts'
import type { Knobs, Observation, TuningEvent } from '../../../src/primitives/tuning/events.ts'
import { atFirst, evolveTuning, type TuningState } from '../../../src/primitives/tuning/state.ts'
import { start } from '../../support/given.ts'

/** What a simulated dispatcher does at a setting, in one window. Missing: 100 turns of 1 ms, 5 tasks waiting, no cost. */
export interface Behaviour {
  readonly p99?: number
  readonly completed?: number
  readonly failed?: number
  readonly queue?: number
  readonly running?: number
  readonly cost?: number
}
export type System = (knobs: Knobs, step: number) => Behaviour

export const windowMs = 10_000

export const seen = (at: number, behaviour: Behaviour = {}): Observation => {
  const { completed = 100, failed = 0, p99 = 1, queue = 5, running = 0, cost = 0 } = behaviour
  const n = completed + failed
  const latency_ms = n === 0 ? { p50: null, p99: null, n } : { p50: p99 / 2, p99, n }
  const counts = { completed, failed, queue_depth: queue, running, cost_usd: cost, tokens: 0 }
  return { at, window_ms: windowMs, latency_ms, ...counts }
}

export const stateWith = (state: TuningState, events: readonly TuningEvent[], at: number): TuningState =>
  events.reduce<TuningState>((now, event) => {
    const told = JSON.parse(JSON.stringify(event)) as TuningEvent
    return evolveTuning(now, { ...told, seq: 1, run: 0, at } as Recorded<TuningEvent>)
  }, state)

/** A state as somebody has set it up. */
export const setUp = (asked: Parameters<typeof decideChange>[1] = {}, from = atFirst): TuningState => {
  const events = decideChange(from, asked)
  if ('code' in events) throw events
  return stateWith(from, events, start)
}

export interface Run {
  readonly state: TuningState
  /** The knobs after each window. */
  readonly path: readonly Knobs[]
  readonly events: readonly TuningEvent[]
}

/** Lets the optimizer watch a system for so many windows. Goes on where an earlier run ended. */
export const simulate = (state: TuningState, system: System, windows: number): Run => {
  const path: Knobs[] = []
  const log: TuningEvent[] = []
  let now = state
  let at = state.last?.at ?? start
  for (let i = 0; i < windows; i++) {
    at += windowMs
    const events = decideObservation(now, seen(at, system(now.knobs, i)))
    if ('code' in events) throw events
    log.push(...events)
    now = stateWith(now, events, at)
    path.push(now.knobs)
  }
  return { state: now, path, events: log }
}

export const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values)
