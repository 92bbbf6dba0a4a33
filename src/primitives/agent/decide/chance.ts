import { errorFunction, gammaln, wilcoxonRankSum } from 'simple-statistics'

/** Successes among so many. */
type Share = readonly [done: number, of: number]

const logChoose = (n: number, k: number): number => gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

/**
 * How likely chance alone leaves so few successes, or fewer, in the first sample, given those of both together: Fisher's
 * exact test, one-sided (Fisher 1935, The Logic of Inductive Inference; Agresti 2002, Categorical Data Analysis, 3.5.1).
 * Exact for samples of any size, where the test of two proportions needs large ones.
 */
export const fisher = ([done, of]: Share, [otherDone, otherOf]: Share): number => {
  const all = done + otherDone
  const ways = logChoose(of + otherOf, all)
  let chance = 0
  for (let k = Math.max(0, all - otherOf); k <= done; k++)
    chance += Math.exp(logChoose(of, k) + logChoose(otherOf, all - k) - ways)
  return Math.min(1, chance)
}

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
