import type { Knobs, Observation } from '../events.ts'

/** A setting and what was measured of it when it was last in force. */
export interface Tried {
  readonly knobs: Knobs
  /** Mean of the windows' 99th percentiles. */
  readonly latency_ms: number
  /** Completed turns a second. */
  readonly throughput: number
  /** USD a completed turn, failed turns' cost included; null: no cost was reported. */
  readonly cost_usd: number | null
  /** Windows. */
  readonly n: number
}

/** How many settings are remembered. */
const most = 32

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** The memory with what these windows say of the setting in force; unchanged where they say too little. */
export const withTried = (
  tried: readonly Tried[],
  knobs: Knobs,
  trial: readonly Observation[],
): readonly Tried[] => {
  const p99s = trial.flatMap(({ latency_ms: { p99 } }) => (p99 === null ? [] : [p99]))
  const completed = sum(trial.map((seen) => seen.completed))
  if (p99s.length < 2 || completed === 0) return tried
  const cost = sum(trial.map((seen) => seen.cost_usd))
  const measured: Tried = {
    knobs,
    latency_ms: sum(p99s) / p99s.length,
    throughput: (1000 * completed) / sum(trial.map((seen) => seen.window_ms)),
    cost_usd: cost > 0 ? cost / completed : null,
    n: p99s.length,
  }
  const others = tried.filter(
    (one) => one.knobs.batch_size !== knobs.batch_size || one.knobs.concurrency !== knobs.concurrency,
  )
  return [measured, ...others].slice(0, most)
}
