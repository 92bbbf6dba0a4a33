import type { Known } from '../events.ts'
import type { TuningState } from '../state.ts'
import { fewest, margin } from './evidence.ts'

/** How many times its usual value p99 may reach where no target was set. */
const tolerance = 1.5
/** Growth stops at this share of the limit: between the two nothing moves, so that noise does not either. */
const band = 0.9

/**
 * The highest p99 that is allowed, ms: the target, and for `latency` without one a multiple of what p99 usually is.
 * Null: any.
 */
export const limitOf = ({ objective, usual }: TuningState): number | null => {
  if (objective.target_p99_ms !== null) return objective.target_p99_ms
  return objective.name === 'latency' && usual ? tolerance * usual.p99_ms : null
}

/** Beyond what noise explains, p99 is over the limit. */
export const isOver = ({ p99_ms: p99 }: Known, limit: number): boolean =>
  p99 !== null && p99.n >= fewest && p99.mean - margin(p99) > limit

/** Beyond what noise explains, p99 leaves room to grow. */
export const hasRoom = ({ p99_ms: p99 }: Known, limit: number, share = band): boolean =>
  p99 !== null && p99.mean + margin(p99) <= share * limit

/** Most turns fail: more of them at once helps nobody. */
export const mostlyFails = ({ failed, ended }: Known): boolean => failed > ended / 2
