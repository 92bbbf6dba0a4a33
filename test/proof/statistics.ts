/**
 * Jain's fairness index, in (0, 1]: 1 when all shares are equal, 1/n when one has everything (Jain, Chiu and Hawe,
 * "A Quantitative Measure of Fairness", DEC-TR-301, 1984).
 */
export const jainIndex = (shares: readonly number[]): number => {
  const sum = shares.reduce((total, share) => total + share, 0)
  const squares = shares.reduce((total, share) => total + share * share, 0)
  return squares === 0 ? 0 : (sum * sum) / (shares.length * squares)
}

/** The smallest value that at least the fraction `p` of all values do not exceed (nearest rank). */
export const percentile = (values: readonly number[], p: number): number => {
  const ordered = values.toSorted((a, b) => a - b)
  return ordered[Math.max(0, Math.ceil(p * ordered.length) - 1)] ?? Number.NaN
}

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))
