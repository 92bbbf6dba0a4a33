import { mean, sampleVariance } from 'simple-statistics'
import { fisher } from '../../judging/decide/fisher.ts'
import { studentTails } from '../../judging/decide/student.ts'
import { type Permuting, permuted } from './permuted.ts'

/** What a test came to. `p`: two-sided, 0–1. */
export interface Tested extends Partial<Permuting> {
  readonly test: string
  readonly p: number
}

/**
 * Whether two samples differ. Where both together take two values at most, it is a matter of counts, and Fisher's exact
 * test holds at any size. Else it is Welch's t: held against random splits, or, where that would take too long, against
 * Student's distribution, which it is far from while one of few outcomes happens to vary little. Which of these applies does not
 * depend on how the values are split, so that choosing by the data costs nothing.
 *
 * @param a at least two values, like `b`
 * @param permuting undefined: for Student's distribution
 */
export const compare = (
  a: readonly number[],
  b: readonly number[],
  permuting: Permuting | undefined,
): Tested => {
  const kinds = new Set([...a, ...b])
  if (kinds.size > 2)
    return permuting
      ? { test: 'permuted Welch t', p: permuted(a, b, permuting), ...permuting }
      : { test: 'Welch t', p: welch(a, b).p }
  const high = Math.max(...kinds)
  const count = (values: readonly number[]) => values.filter((value) => value === high).length
  return { test: 'Fisher exact', p: fisher(count(a), a.length, count(b), b.length) }
}

/**
 * Welch's t-test, two-sided: means of two samples whose variances may differ (B. L. Welch, Biometrika 34, 1947; degrees
 * of freedom after Satterthwaite, Biometrics Bulletin 2, 1946). At least one of the samples must vary.
 */
export const welch = (
  a: readonly number[],
  b: readonly number[],
): { readonly t: number; readonly freedom: number; readonly p: number } => {
  const [one, other] = [sampleVariance([...a]) / a.length, sampleVariance([...b]) / b.length]
  // The values vary by less than numbers can square: nothing is told apart.
  if (one + other === 0) return { t: 0, freedom: a.length + b.length - 2, p: 1 }
  const t = (mean([...a]) - mean([...b])) / Math.sqrt(one + other)
  const share = one / (one + other)
  const freedom = 1 / (share ** 2 / (a.length - 1) + (1 - share) ** 2 / (b.length - 1))
  return { t, freedom, p: studentTails(Math.abs(t), freedom) }
}

/**
 * Adjusts p-values for having made all of these comparisons: Holm's step-down procedure (S. Holm, Scandinavian Journal
 * of Statistics 6, 1979). In the order in which they were given.
 */
export const holm = (ps: readonly number[]): readonly number[] => {
  const adjusted = new Array<number>(ps.length).fill(1)
  let least = 0
  for (const [rank, i] of [...ps.keys()].sort((a, b) => (ps[a] as number) - (ps[b] as number)).entries()) {
    least = Math.max(least, Math.min(1, (ps.length - rank) * (ps[i] as number)))
    adjusted[i] = least
  }
  return adjusted
}
