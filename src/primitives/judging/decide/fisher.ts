/**
 * Fisher's exact test of two proportions, x of n against y of m, two-sided: the probability of all tables with these
 * margins that are no likelier than this one (Agresti: Categorical Data Analysis, 3rd ed., 3.5.1; as R's fisher.test,
 * whose tolerance for equal likelihoods is taken over).
 */
export const fisher = (x: number, n: number, y: number, m: number): number => {
  const weights = likelihoods(x + y, n, m)
  const bound = (weights.get(x) as number) * (1 + 1e-7)
  return share(weights, (_, weight) => weight <= bound)
}

/** The same, one-sided: the probability of so few in the first sample, or fewer, given those of both together. */
export const fisherBelow = (x: number, n: number, y: number, m: number): number =>
  share(likelihoods(x + y, n, m), (k) => k <= x)

/**
 * Of each number of hits in the first sample, given those of both, how likely it is relative to the likeliest: by the ratio
 * of neighbours, so that nothing overflows.
 */
const likelihoods = (hits: number, n: number, m: number): ReadonlyMap<number, number> => {
  const [least, most] = [Math.max(0, hits - m), Math.min(hits, n)]
  /** Likelihood of k + 1 hits in the first sample, by that of k. */
  const ratio = (k: number) => ((hits - k) * (n - k)) / ((k + 1) * (m - hits + k + 1))
  const mode = Math.min(most, Math.max(least, Math.floor(((n + 1) * (hits + 1)) / (n + m + 2))))
  const weights = new Map([[mode, 1]])
  for (let k = mode; k < most; k++) weights.set(k + 1, (weights.get(k) as number) * ratio(k))
  for (let k = mode; k > least; k--) weights.set(k - 1, (weights.get(k) as number) / ratio(k - 1))
  return weights
}

const share = (
  weights: ReadonlyMap<number, number>,
  counts: (k: number, weight: number) => boolean,
): number => {
  let [all, counted] = [0, 0]
  for (const [k, weight] of weights) {
    all += weight
    if (counts(k, weight)) counted += weight
  }
  return Math.min(1, counted / all)
}
