import { errorFunction, wilcoxonRankSum } from 'simple-statistics'

/**
 * How likely chance alone makes the values of the first sample rank so high among all, or higher: the test of Mann and
 * Whitney (1947), one-sided, by the normal approximation, which they found good from eight values a sample on, with the
 * corrections for ties and for continuity (Hollander, Wolfe & Chicken 2014, Nonparametric Statistical Methods, 4.1).
 */
export const rankSum = (values: readonly number[], others: readonly number[]): number => {
  const [m, n] = [values.length, others.length]
  const all = m + n
  const seen = new Map<number, number>()
  for (const value of [...values, ...others]) seen.set(value, (seen.get(value) ?? 0) + 1)
  let ties = 0
  for (const times of seen.values()) ties += times ** 3 - times
  const variance = ((m * n) / 12) * (all + 1 - ties / (all * (all - 1)))
  // All alike: no order at all.
  if (variance <= 0) return 1
  const above = wilcoxonRankSum([...values], [...others]) - (m * (all + 1)) / 2
  return (1 - errorFunction((above - 0.5) / Math.sqrt(2 * variance))) / 2
}
