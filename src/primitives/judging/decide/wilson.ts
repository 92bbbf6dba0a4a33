/** The 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054

/**
 * The 95 % score interval of a share of successes: E. B. Wilson, Probable inference, the law of succession, and statistical
 * inference, Journal of the American Statistical Association 22 (1927), 209–212. Its ends are exactly 0 without a success,
 * and 1 without a failure.
 *
 * @param n at least 1
 */
export const wilson = (done: number, n: number): { readonly low: number; readonly high: number } => {
  const p = done / n
  const whole = 1 + z ** 2 / n
  const centre = (p + z ** 2 / (2 * n)) / whole
  const reach = (z / whole) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  return { low: done === 0 ? 0 : centre - reach, high: done === n ? 1 : centre + reach }
}
