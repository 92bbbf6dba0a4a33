import type { Knobs, Way } from '../events.ts'
import { compare, margin } from './evidence.ts'
import { hasRoom, limitOf, mostlyFails } from './limit.ts'
import { type Move, stay, stepTo, takeBack, type View } from './move.ts'
import { closing, opposite, partsOf, type Reach, reach } from './ways.ts'

/** The least gain that a step is kept for: 2 %, worth being a natural logarithm. */
const least = 0.02
/** A setting is known well enough to leave it: to ±10 %, or after so many windows. */
const known = { within: 0.1, windows: 8 }
/** The most windows after which a step is judged. */
const longest = 12

const ways: readonly Way[] = ['concurrency_up', 'batch_size_up', 'concurrency_down', 'batch_size_down']

/**
 * Climbs what a setting is worth: one knob, one direction at a time; a gain beyond the noise is followed by a step twice
 * as long, anything else is taken back and the step halved, down to one, then the way is closed for a while. Pattern
 * search along the axes: Hooke & Jeeves 1961, "Direct search solution of numerical and statistical problems"; Kolda,
 * Lewis & Torczon 2003, section 3. A step that brings nothing is taken back as well, else many of them would creep.
 */
export const climb = (view: View, elsewhere?: () => Knobs | undefined): Move => {
  const { state, known: now } = view
  const step = state.step?.kind === 'probe' || state.step?.kind === 'jump' ? state.step : null
  if (now.worth === null) return stay()
  let kept = false
  if (step?.known.worth) {
    const last = state.trial.length >= longest ? now.worth.n : longest
    const verdict = compare(step.known.worth, now.worth, { least, longest: last })
    if (verdict === 'open') return stay()
    const change = percent(now.worth.mean - step.known.worth.mean)
    if (verdict !== 'better')
      return takeBack(view, step, `${state.objective.name} ${verdict}, ${change}`, null)
    kept = true
  }
  if (!isKnownWell(now.worth)) return stay(kept)
  return next(view, kept) ?? jump(view, kept, elsewhere?.()) ?? stay(kept)
}

const percent = (log: number): string =>
  `${log < 0 ? '−' : '+'}${Math.abs(100 * Math.expm1(log)).toFixed(1)} %`

const isKnownWell = (worth: NonNullable<View['known']['worth']>): boolean =>
  margin(worth) <= known.within || worth.n >= known.windows

const next = (view: View, kept: boolean): Move | undefined => {
  const { state, seen } = view
  const proved = kept ? (state.step?.way ?? null) : null
  // Where it came from is not asked again right away.
  const back = proved === null ? null : closing(state, opposite(proved), seen)
  const onward = proved === null ? undefined : reachIfAllowed(view, proved, 2 * (state.step?.size ?? 1))
  const found = onward ?? first(view, back?.way)
  if (!found) return undefined
  const why = onward
    ? `${state.objective.name} gained`
    : `a look at ${found.way.replace(/_(up|down)$/, ' $1')}`
  return stepTo(view, 'probe', found, why, { kept, closing: back })
}

const first = (view: View, not: Way | undefined): Reach | undefined => {
  for (const way of ways) {
    const value = view.state.knobs[partsOf(way).knob]
    const found = way === not ? undefined : reachIfAllowed(view, way, value / 4)
    if (found) return found
  }
  return undefined
}

/** Upward only while something waits, most turns succeed and p99 has room. At most doubles or halves. */
const reachIfAllowed = (view: View, way: Way, size: number): Reach | undefined => {
  const { state, seen, known: now } = view
  const value = state.knobs[partsOf(way).knob]
  if (way.endsWith('_down')) return reach(state, way, Math.min(size, value / 2), seen.at)
  const limit = limitOf(state)
  const room = limit === null || hasRoom(now, limit)
  if (seen.queue_depth === 0 || mostlyFails(now) || !room) return undefined
  return reach(state, way, Math.min(size, value), seen.at)
}

/** To a setting that was measured as better than this one, when no way is open any more. */
const jump = ({ state, known: now }: View, kept: boolean, after: Knobs | undefined): Move | undefined => {
  if (!after) return undefined
  const { batch_size, concurrency } = after
  return {
    kind: 'step',
    step: { kind: 'jump', from: state.knobs, way: null, size: 0, known: now },
    after,
    why: `the knee of what was tried is batch_size ${batch_size}, concurrency ${concurrency}.`,
    kept,
    closing: null,
  }
}
