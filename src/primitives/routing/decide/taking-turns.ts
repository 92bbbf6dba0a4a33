/** The most steps after which the order of `weighted` repeats; finer weights are rounded to fit. */
const longestPeriod = 1_000

/** At most this many decimals of a weight matter. */
const finest = 1_000

/**
 * Where each weight stands at a turn of smooth weighted round robin: the greatest is served. The method is nginx's
 * (ngx_http_upstream_round_robin.c, commit 52327e0627f4): each turn all grow by their weight and the one served falls by
 * the sum. Over a period each is served exactly its share, spread evenly. The state is found again by walking from the
 * start of the period, so that a turn number is all that has to be known.
 *
 * @param weights above 0, each at most once in the order in which ties are served
 */
export const smoothWeights = (weights: readonly number[], turn: number): readonly number[] => {
  const whole = inWholeNumbers(weights)
  const sum = whole.reduce((total, weight) => total + weight, 0)
  const standing = whole.map(() => 0)
  const grow = () => {
    for (const [i, weight] of whole.entries()) standing[i] = (standing[i] ?? 0) + weight
  }
  for (let step = turn % sum; step > 0; step--) {
    grow()
    const served = standing.indexOf(Math.max(...standing))
    standing[served] = (standing[served] ?? 0) - sum
  }
  grow()
  return standing
}

/** The same proportions in the least whole numbers, or near them when their sum would be too great; none below 1. */
const inWholeNumbers = (weights: readonly number[]): readonly number[] => {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const exact = weights.map((weight) => Math.max(1, Math.round(weight * finest)))
  const divisor = exact.reduce(commonDivisor)
  const least = exact.map((weight) => weight / divisor)
  if (least.reduce((total, weight) => total + weight, 0) <= longestPeriod) return least
  return weights.map((weight) => Math.max(1, Math.round((weight / sum) * longestPeriod)))
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))
