/** How many random splits each pair of variants is held against, and which pairs are. */
export interface Effort {
  readonly permutations: number
  /** Pairs whose smaller side has more outcomes than this are left to Welch's test. */
  readonly upTo: number
}

/** With so few, Welch's test errs most: they are permuted even where that cannot be as often as one would wish. */
const always = 20
const usual = 9_999
/** Values drawn for a verdict, all pairs together: some 20 ms, within the transaction of the outcome that decides. */
const budget = 2_500_000

/**
 * What the pairs of an experiment can afford. Goes by sizes alone, so that choosing costs no alpha. Each pair gets splits
 * enough to tell p from the strictest level of Holm's procedure; where there are too many large pairs for that (of five
 * variants or more, mostly), the largest are left to Welch's test: those err most whose sizes are far apart, and so
 * whose smaller side is small.
 *
 * @param smaller outcomes on the smaller side of each pair
 */
export const effortFor = (smaller: readonly number[], alpha: number): Effort => {
  const needed = Math.ceil((4 * smaller.length) / alpha) - 1
  const sizes = [...new Set(smaller)].sort((a, b) => b - a)
  for (const upTo of sizes) {
    const drawn = smaller.reduce((sum, n) => (n <= upTo ? sum + n : sum), 0)
    const affordable = Math.floor(budget / drawn)
    if (affordable >= needed || upTo <= always)
      return { permutations: Math.min(Math.max(usual, needed), affordable), upTo }
  }
  return { permutations: 0, upTo: 0 }
}
