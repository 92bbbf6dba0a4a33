import type { Sample } from '../events.ts'

/** The sample of these values; null when there are none. */
export const sampleOf = (values: readonly number[]): Sample | null => {
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: n === 1 ? 0 : squares / (n - 1), n }
}

/** Student's t, one-sided 95 %, by degrees of freedom from 1 on; beyond 11 (the longest trial) the last one serves. */
const quantiles = [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796]
const t = (freedom: number): number => quantiles[Math.min(quantiles.length, freedom) - 1] ?? 6.314

/** The fewest windows from which anything is concluded: with one there is no telling noise from signal. */
export const fewest = 2

/** How far the true mean may lie from the sample's, either way, at 95 % each side. Infinite below two values. */
export const margin = ({ variance, n }: Sample): number =>
  n < fewest ? Number.POSITIVE_INFINITY : t(n - 1) * Math.sqrt(variance / n)

export type Comparison = 'better' | 'worse' | 'same' | 'open'

/**
 * Whether the mean of `now` lies above that of `before` by more than the noise and by more than `least`: Welch's test
 * (Welch 1947), with the degrees of freedom of the smaller sample, which is on the safe side. `open` while more windows
 * may still decide it, up to `longest` of them. Looking again at each window makes a wrong call likelier than 5 %;
 * what follows from one is a step that is itself on probation.
 */
export const compare = (
  before: Sample,
  now: Sample,
  { least, longest }: { readonly least: number; readonly longest: number },
): Comparison => {
  if (before.n < fewest || now.n < fewest) return 'open'
  const error = Math.sqrt(before.variance / before.n + now.variance / now.n)
  const noise = t(Math.min(before.n, now.n) - 1) * error
  const by = now.mean - before.mean
  if (Math.abs(by) > Math.max(noise, least)) return by > 0 ? 'better' : 'worse'
  // Alike beyond doubt, or not told apart in the time there is.
  return Math.abs(by) + noise <= least || now.n >= longest ? 'same' : 'open'
}
