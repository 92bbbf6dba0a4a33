/**
 * Percentile by nearest rank: the smallest of the values such that at least `p` percent of them are no greater. Always
 * a value that occurred, never one in between (Hyndman & Fan 1996, definition 1).
 *
 * @param sorted ascending, at least one
 * @param p 0–100
 */
export const percentile = (sorted: readonly number[], p: number): number => {
  const rank = Math.max(1, Math.ceil((p / 100) * sorted.length))
  const value = sorted[rank - 1]
  if (value === undefined) throw new Error('no values, or p above 100')
  return value
}

/** A summary of durations: their mean, their number, and percentiles. No values: null, and no percentiles. */
export interface Spread {
  readonly value: number | null
  readonly n: number
  readonly p50?: number
  readonly p95?: number
  readonly p99?: number
}

export const spreadOf = (values: readonly number[]): Spread => {
  const n = values.length
  if (n === 0) return { value: null, n }
  const sorted = values.toSorted((a, b) => a - b)
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n
  const [p50, p95, p99] = [percentile(sorted, 50), percentile(sorted, 95), percentile(sorted, 99)]
  return { value: mean, n, p50, p95, p99 }
}
