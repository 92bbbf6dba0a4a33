import { type Point, power } from '../../../src/primitives/tuning/decide/pareto.ts'
import type { Knobs } from '../../../src/primitives/tuning/events.ts'
import { type Behaviour, windowMs } from './simulator.ts'

/**
 * One system for all objectives. Throughput follows Gunther's universal scalability law in concurrency and rises with
 * the batch, which shares the cost of a dispatch; latency grows with both; a completed turn costs more with concurrency
 * (refused and repeated requests) and less with the batch.
 */
export const measuresOf = ({ batch_size: b, concurrency: c }: Knobs) => ({
  latency_ms: 10 + 5 * b + 0.4 * c + 0.1 * c * c,
  throughput: (40 * c * (b / (b + 2))) / (1 + 0.05 * (c - 1) + 0.004 * c * (c - 1)),
  cost_usd: 0.01 * (1 + 0.6 / b + 0.03 * c + 0.01 * b),
})

export const shared = (knobs: Knobs): Behaviour => {
  const { latency_ms, throughput, cost_usd } = measuresOf(knobs)
  const completed = Math.round((throughput * windowMs) / 1_000)
  return { p99: latency_ms, completed, cost: cost_usd * completed, queue: 500 }
}

const everySetting: readonly Knobs[] = Array.from({ length: 16 * 31 }, (_, i) => ({
  batch_size: 1 + (i % 16),
  concurrency: 2 + Math.floor(i / 16),
}))

/** The setting that this is greatest at, by trying all 496. */
export const bestBy = (worth: (point: Point) => number): Knobs =>
  everySetting.reduce((best, one) => (worth(measuresOf(one)) > worth(measuresOf(best)) ? one : best))

const even = { latency: 1, throughput: 1, cost: 1 }
export const balancedWorth = (point: Point): number => power(point, even) ?? Number.NEGATIVE_INFINITY
