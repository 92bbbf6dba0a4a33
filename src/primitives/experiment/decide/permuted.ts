import { drawing } from './draws.ts'

/** What makes a permutation test the same again. */
export interface Permuting {
  /** Random ones; the split that was seen is one more. */
  readonly permutations: number
  /** 32 hexadecimal digits. */
  readonly seed: string
}

/**
 * Studentized permutation test, two-sided: Welch's t, held against its values over random splits of all outcomes into
 * groups of the same sizes (A. Janssen: Studentized permutation tests for non-i.i.d. hypotheses and the generalized
 * Behrens-Fisher problem, Statistics & Probability Letters 36, 1997). Where the variants do not differ at all, it errs in
 * alpha of the cases at most, whatever the sizes and the distribution; where they differ in variance alone, in about
 * alpha as samples grow. The split that was seen counts along, so that drawing splits costs no alpha (B. Phipson, G.
 * Smyth, Statistical Applications in Genetics and Molecular Biology 9, 2010, article 39).
 *
 * @param a at least two values, like `b`
 */
export const permuted = (
  a: readonly number[],
  b: readonly number[],
  { permutations, seed }: Permuting,
): number => {
  const [fewer, more] = a.length <= b.length ? [a, b] : [b, a]
  const pool = levelled(fewer, more)
  const [n, all] = [fewer.length, pool.length]
  let [sum, squares] = [0, 0]
  for (const value of pool) {
    sum += value
    squares += value * value
  }
  const statistic = (part: number, partSquares: number): number =>
    squaredT(n, part, partSquares, all - n, sum - part, squares - partSquares)
  // The pool begins with the smaller sample: that is the split that was seen.
  let [seen, seenSquares] = [0, 0]
  for (let i = 0; i < n; i++) {
    const value = pool[i] as number
    seen += value
    seenSquares += value * value
  }
  // The same split in another order may come out a hair lower.
  const least = statistic(seen, seenSquares) * (1 - 1e-9)
  // From here on, the order of the values says nothing any more: the same outcomes have the same p.
  pool.sort()
  const draw = drawing(seed)
  let asFar = 1
  for (let round = 0; round < permutations; round++) {
    let [part, partSquares] = [0, 0]
    // Fisher and Yates' shuffle as far as the smaller sample goes. It may begin from any order, so from the last one.
    for (let i = 0; i < n; i++) {
      const k = i + draw(all - i)
      const value = pool[k] as number
      pool[k] = pool[i] as number
      pool[i] = value
      part += value
      partSquares += value * value
    }
    if (statistic(part, partSquares) >= least) asFar++
  }
  return asFar / (1 + permutations)
}

/** The values less their mean, the farthest at ±1, the first sample first: sums of squares neither overflow nor vanish. */
const levelled = (first: readonly number[], second: readonly number[]): Float64Array => {
  const pool = Float64Array.from([...first].sort(ascending).concat([...second].sort(ascending)))
  const centre = pool.reduce((sum, value) => sum + value, 0) / pool.length
  const reach = pool.reduce((most, value) => Math.max(most, Math.abs(value - centre)), 0)
  return reach === 0 ? pool.fill(0) : pool.map((value) => (value - centre) / reach)
}

const ascending = (a: number, b: number): number => a - b

/** Beyond this, what is left of the variances is rounding: groups that do not vary, and differ. */
const beyondTelling = 1e13

/** The square of Welch's t from sizes, sums and sums of squares. Infinite where neither group varies, but they differ. */
const squaredT = (
  n: number,
  sumOfN: number,
  squaresOfN: number,
  m: number,
  sumOfM: number,
  squaresOfM: number,
): number => {
  const apart = sumOfN / n - sumOfM / m
  const error =
    Math.max(0, squaresOfN - (sumOfN * sumOfN) / n) / (n * (n - 1)) +
    Math.max(0, squaresOfM - (sumOfM * sumOfM) / m) / (m * (m - 1))
  if (apart === 0) return 0
  return apart * apart >= beyondTelling * error ? Number.POSITIVE_INFINITY : (apart * apart) / error
}
