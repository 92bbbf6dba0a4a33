import { gammaln } from 'simple-statistics'

/**
 * Quantile of Student's t distribution: the value below which the share `p` lies. Found by bisection on the exact
 * distribution function; right to 1e-9 relative. Statistics libraries at hand have the normal distribution only.
 *
 * @param p over .5 and under 1
 * @param freedom degrees of freedom, at least 1
 */
export const studentQuantile = (p: number, freedom: number): number => {
  let [low, high] = [0, 1]
  while (below(high, freedom) < p) high *= 2
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2
    if (below(middle, freedom) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * The share of the distribution beyond ±t, both tails together, t ≥ 0 (Abramowitz & Stegun 26.7.1 with 26.5.27).
 *
 * @param freedom degrees of freedom, over 0; need not be whole
 */
export const studentTails = (t: number, freedom: number): number =>
  incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)

const below = (t: number, freedom: number): number => 1 - studentTails(t, freedom) / 2

/** Regularized incomplete beta function I_x(a, b) (Abramowitz & Stegun 26.5.8, 6.6.3 for the other half). */
const incompleteBeta = (x: number, a: number, b: number): number => {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b
}

/** The continued fraction of 26.5.8, evaluated forwards by Lentz's method as Thompson & Barnett (1986) mended it. */
const fraction = (x: number, a: number, b: number): number => {
  const tiny = 1e-300
  const whole = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / whole(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m <= 1_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / whole(1 + even * d)
    c = whole(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / whole(1 + odd * d)
    c = whole(1 + odd / c)
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return h
}
