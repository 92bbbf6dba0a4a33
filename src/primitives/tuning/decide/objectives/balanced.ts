import type { Knobs, Observation } from '../../events.ts'
import type { Tried } from '../../state/tried.ts'
import type { TuningState } from '../../state.ts'
import { climb } from '../climb.ts'
import { kneeOf, type Point, paretoFront, power } from '../pareto.ts'
import { within } from '../ways.ts'
import type { Law } from './law.ts'

/** By how much the knee must be better than the setting in force to go there at once: a tenth. */
const worthAJump = Math.log(1.1)

/**
 * A compromise of latency, throughput and cost: climbs their weighted power (see `power`), remembers what each tried
 * setting achieved, and goes back to the knee of the non-dominated ones when that turns out to be the better place.
 */
export const balanced: Law = {
  name: 'balanced',
  worth: (seen, state) => {
    const point = pointOf(seen, state)
    return point && power(point, state.objective.weights)
  },
  next: (view) => climb(view, () => betterPlace(view.state)),
}

/** The settings tried that no other one beats on every axis, and the knee among them. Within the bounds of now. */
export const frontOf = (
  state: TuningState,
): { readonly front: readonly Tried[]; readonly knee: Tried | undefined } => {
  const allowed = state.tried.filter(({ knobs }) => same(knobs, within(state.bounds, knobs)))
  return { front: paretoFront(allowed), knee: kneeOf(allowed, state.objective.weights) }
}

const pointOf = (seen: Observation, { priced }: TuningState): Point | undefined => {
  const { completed, window_ms, cost_usd, latency_ms, queue_depth } = seen
  if (completed === 0 || latency_ms.p99 === null || queue_depth === 0) return undefined
  // A window without cost cannot be compared with those that have one.
  if (priced && cost_usd === 0) return undefined
  const throughput = (1_000 * completed) / window_ms
  return { latency_ms: latency_ms.p99, throughput, cost_usd: priced ? cost_usd / completed : null }
}

const same = (a: Knobs, b: Knobs): boolean => a.batch_size === b.batch_size && a.concurrency === b.concurrency

const betterPlace = (state: TuningState): Knobs | undefined => {
  const { knee } = frontOf(state)
  const here = state.tried.find(({ knobs }) => same(knobs, state.knobs))
  if (!knee || !here || same(knee.knobs, here.knobs)) return undefined
  const { weights } = state.objective
  const gain = (power(knee, weights) ?? 0) - (power(here, weights) ?? 0)
  return gain > worthAJump ? knee.knobs : undefined
}
