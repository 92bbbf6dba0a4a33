import type { Comparison, ExperimentEvent, Verdict } from '../events.ts'
import { leastEach, type Terms } from '../terms.ts'
import { armsOf, type Outcomes } from './arms.ts'
import { seedFrom } from './draws.ts'
import { effortFor } from './effort.ts'
import { compare, holm, type Tested } from './tests.ts'

/**
 * Whether the planned number of outcomes is there. It looks at how many there are and never at what they are: a test at
 * each outcome would find a winner sooner or later where there is none (Armitage, McPherson, Rowe: Repeated
 * significance tests on accumulating data, Journal of the Royal Statistical Society A 132, 1969).
 *
 * @param counts outcomes by variant
 */
export const isDue = ({ samples }: Pick<Terms, 'samples'>, counts: readonly number[]): boolean =>
  counts.reduce((sum, n) => sum + n, 0) >= samples && counts.every((n) => n >= leastEach)

/** The one decision of an experiment, over all of its outcomes. */
export const decideVerdict = (
  terms: Pick<Terms, 'goal' | 'alpha'>,
  all: readonly Outcomes[],
  experiment: string,
): readonly ExperimentEvent[] => [{ type: 'experiment.decided', data: verdictOf(terms, all, experiment) }]

/**
 * The winner is better than every other variant, each difference significant after correction for all of them.
 *
 * @param experiment its id: random splits are drawn from it, so that the same outcomes have the same verdict
 */
export const verdictOf = (
  { goal, alpha }: Pick<Terms, 'goal' | 'alpha'>,
  all: readonly Outcomes[],
  experiment: string,
): Verdict => {
  const arms = armsOf(all)
  const meanOf = (i: number): number => arms[i]?.mean ?? Number.NaN
  const pairs = all.flatMap((_, i) => all.slice(i + 1).map((_, k) => [i, i + 1 + k] as const))
  const tested = testsOf(pairs, all, { alpha, experiment })
  const adjusted = holm(tested.map(({ p }) => p))
  const comparisons = pairs.map(([i, k], at): Comparison => {
    const { test, p, ...how } = tested[at] as Tested
    return {
      variants: [all[i]?.variant ?? '', all[k]?.variant ?? ''],
      difference: meanOf(i) - meanOf(k),
      test,
      p,
      p_adjusted: adjusted[at] as number,
      ...how,
    }
  })
  const better = (a: number, b: number): boolean => (goal === 'max' ? a > b : a < b)
  const best = arms.findIndex((_, i) => arms.every((_, k) => i === k || better(meanOf(i), meanOf(k))))
  const name = arms[best]?.variant
  const wins =
    name !== undefined &&
    comparisons.every(({ variants, p_adjusted }) => !variants.includes(name) || p_adjusted < alpha)
  return {
    winner: wins ? name : null,
    n: arms.reduce((sum, { n }) => sum + n, 0),
    arms,
    comparisons,
  }
}

/** Each pair compared. */
const testsOf = (
  pairs: readonly (readonly [number, number])[],
  all: readonly Outcomes[],
  { alpha, experiment }: { readonly alpha: number; readonly experiment: string },
): readonly Tested[] => {
  const smaller = pairs.map(([i, k]) => Math.min(all[i]?.values.length ?? 0, all[k]?.values.length ?? 0))
  const { permutations, upTo } = effortFor(smaller, alpha)
  const permuting = { permutations, seed: seedFrom(experiment) }
  return pairs.map(([i, k], at) =>
    compare(
      all[i]?.values ?? [],
      all[k]?.values ?? [],
      (smaller[at] as number) <= upTo ? permuting : undefined,
    ),
  )
}
