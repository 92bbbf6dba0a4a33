import { linearRegression } from 'simple-statistics'

/** How quality moves from one outcome to the next. `slope`: its change per outcome; null below 5 of them. */
export interface Trend {
  readonly trend: 'improving' | 'declining' | 'stable' | 'insufficient data'
  readonly slope: number | null
  /** Outcomes that were looked at. */
  readonly n: number
}

/** Fewer outcomes than this say nothing. */
const enough = 5
/** A slope within ± this is no trend. */
const flat = 0.05

/** The trend of qualities in the order in which they were recorded: the slope of their least-squares line. */
export const trendOf = (qualities: readonly number[]): Trend => {
  const n = qualities.length
  if (n < enough) return { trend: 'insufficient data', slope: null, n }
  const { m } = linearRegression(qualities.map((quality, i) => [i, quality]))
  const slope = Math.round(m * 1e6) / 1e6
  return { trend: slope > flat ? 'improving' : slope < -flat ? 'declining' : 'stable', slope, n }
}
