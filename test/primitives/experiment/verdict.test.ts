import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { armsOf } from '../../../src/primitives/experiment/decide/arms.ts'
import { variantFor } from '../../../src/primitives/experiment/decide/assign.ts'
import { seedFrom } from '../../../src/primitives/experiment/decide/draws.ts'
import { isDue, verdictOf } from '../../../src/primitives/experiment/decide/verdict.ts'
import { Random } from '../../support/random.ts'
import { exactly } from '../judging/exactly.ts'
import { terms } from './stories.ts'

/** Outcomes of simulated units that are assigned as real ones are. */
const simulated = (seed: number, n: number, draws: readonly ((random: Random) => number)[]) => {
  const random = new Random(seed)
  const all = draws.map((_, i) => ({ variant: 'ABCDEFGHIJ'[i] as string, values: [] as number[] }))
  const variants = all.map(({ variant }) => ({ name: variant, weight: 1 }))
  for (let unit = 0; unit < n; unit++) {
    const i = variantFor(`exp_${seed}`, String(unit), variants)
    all[i]?.values.push((draws[i] as (random: Random) => number)(random))
  }
  return all
}

const success = (p: number) => (random: Random) => (random.chance(p) ? 1 : 0)
/** Sum of four uniform draws: near to normal, with a mean and a width. */
const about = (centre: number, width: number) => (random: Random) =>
  centre + width * (random.next() + random.next() + random.next() + random.next() - 2)

describe('the verdict', () => {
  it('finds the better of .6 and .8 over 200 outcomes, with the p of an independent count', () => {
    const all = simulated(7, 200, [success(0.6), success(0.8)])
    const { winner, n, arms, comparisons } = verdictOf(terms, all, 'exp_1')
    const [a, b] = all.map(({ values }) => [values.filter((value) => value === 1).length, values.length]) as [
      [number, number],
      [number, number],
    ]
    const p = exactly(...a, ...b)
    expect({ winner, n }).toEqual({ winner: 'B', n: 200 })
    expect(p).toBeLessThan(0.05)
    expect(comparisons).toHaveLength(1)
    expect(comparisons[0]).toMatchObject({ variants: ['A', 'B'], test: 'Fisher exact' })
    expect(comparisons[0]?.p).toBeCloseTo(p, 12)
    expect(comparisons[0]?.p_adjusted).toBe(comparisons[0]?.p)
    expect(comparisons[0]?.difference).toBeCloseTo(a[0] / a[1] - b[0] / b[1], 12)
    expect(arms.map((arm) => arm.n)).toEqual([a[1], b[1]])
  })

  it('goes by the direction', () => {
    const all = simulated(3, 200, [about(1_000, 200), about(800, 200)])
    expect(verdictOf({ goal: 'min', alpha: 0.05 }, all, 'exp_1')).toMatchObject({
      winner: 'B',
      comparisons: [{ test: 'permuted Welch t', permutations: 9_999, seed: seedFrom('exp_1') }],
    })
    expect(verdictOf({ goal: 'max', alpha: 0.05 }, all, 'exp_1').winner).toBe('A')
  })

  it('needs to be better than every other: the second best may be as good', () => {
    const equal = simulated(11, 300, [about(0, 1), about(1, 1), about(1, 1)])
    const { winner, comparisons } = verdictOf(terms, equal, 'exp_1')
    expect(winner).toBeNull()
    expect(comparisons.filter(({ p_adjusted }) => p_adjusted < 0.05)).toHaveLength(2)
    expect(
      verdictOf(terms, simulated(11, 300, [about(0, 1), about(1, 1), about(2, 1)]), 'exp_1').winner,
    ).toBe('C')
  })

  it('corrects for all comparisons: a p that would do for two does not for three', () => {
    // 12 of 20 against 4 of 20: p .0225 by SciPy's fisher_exact; with three comparisons .067.
    const of = (variant: string, hits: number) => ({
      variant,
      values: Array.from({ length: 20 }, (_, i) => (i < hits ? 1 : 0)),
    })
    const p = exactly(12, 20, 4, 20)
    expect(verdictOf(terms, [of('A', 12), of('B', 4)], 'exp_1').winner).toBe('A')
    const three = verdictOf(terms, [of('A', 12), of('B', 4), of('C', 4)], 'exp_1')
    expect(three.winner).toBeNull()
    expect(three.comparisons[0]?.p_adjusted).toBeCloseTo(3 * p, 12)
  })

  const identical = [
    ['binary', [success(0.6), success(0.6)]],
    ['numbers', [about(0.5, 0.3), about(0.5, 0.3)]],
    ['three of them', [about(0.5, 0.3), about(0.5, 0.3), about(0.5, 0.3)]],
  ] as const
  it.each(identical)(
    'of identical variants (%s) errs in about alpha of 100 experiments at most',
    (_, draws) => {
      const wins = Array.from({ length: 100 }, (_, seed) =>
        verdictOf(terms, simulated(seed + 1, 60, draws), `exp_${seed}`),
      ).filter(({ winner }) => winner !== null).length
      // Of 100 at 5 %: 5, and three standard deviations (2.2 each).
      expect(wins).toBeLessThanOrEqual(11)
    },
  )

  it('names a winner only where each of its differences holds, and none twice', () => {
    const values = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 5, maxLength: 12 })
    fc.assert(
      fc.property(fc.array(values, { minLength: 2, maxLength: 5 }), (lists) => {
        const all = lists.map((list, i) => ({ variant: `v${i}`, values: list }))
        const { winner, arms, comparisons } = verdictOf(terms, all, 'exp_1')
        for (const { p, p_adjusted } of comparisons) {
          expect(p).toBeGreaterThanOrEqual(0)
          expect(p_adjusted).toBeGreaterThanOrEqual(p)
          expect(p_adjusted).toBeLessThanOrEqual(1)
        }
        if (winner === null) return
        const best = arms.find(({ variant }) => variant === winner)?.mean as number
        expect(arms.filter(({ mean }) => (mean as number) >= best)).toHaveLength(1)
        expect(
          comparisons
            .filter(({ variants }) => variants.includes(winner))
            .every((one) => one.p_adjusted < 0.05),
        ).toBe(true)
      }),
    )
  })
})

describe('the moment of the decision', () => {
  it('is a matter of counts: the planned number, and five of each', () => {
    expect(isDue({ samples: 20 }, [10, 9])).toBe(false)
    expect(isDue({ samples: 20 }, [10, 10])).toBe(true)
    expect(isDue({ samples: 20 }, [16, 4])).toBe(false)
    expect(isDue({ samples: 20 }, [17, 5])).toBe(true)
  })
})

describe('the assignment', () => {
  const weighted = (...weights: number[]) => weights.map((weight, i) => ({ name: `v${i}`, weight }))

  it('is the same for the same unit, whatever the order, and another for another experiment', () => {
    const variants = weighted(1, 1)
    const of = (experiment: string) =>
      Array.from({ length: 64 }, (_, unit) => variantFor(experiment, String(unit), variants))
    expect(of('exp_1')).toEqual(of('exp_1'))
    expect(of('exp_1')).not.toEqual(of('exp_2'))
    // Fixed for good: another program that reads the same file must say the same.
    expect(of('exp_1').slice(0, 12).join('')).toBe('100000000111')
  })

  it('honours weights', () => {
    const counts = [0, 0, 0]
    for (let unit = 0; unit < 6_000; unit++) {
      const i = variantFor('exp_w', `unit ${unit}`, weighted(1, 2, 3))
      counts[i] = (counts[i] as number) + 1
    }
    // Expected 1,000, 2,000, 3,000; chi-squared of two degrees of freedom is under 13.8 in 999 of 1,000.
    const chi = counts.reduce((sum, n, i) => sum + (n - 1_000 * (i + 1)) ** 2 / (1_000 * (i + 1)), 0)
    expect(chi).toBeLessThan(13.8)
  })

  it('names one of the variants, whatever the weights', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 10 }),
        (unit, weights) => {
          const i = variantFor('exp_p', unit, weighted(...weights))
          expect(i >= 0 && i < weights.length && Number.isInteger(i)).toBe(true)
        },
      ),
    )
  })
})

describe('what is known of a variant', () => {
  it('is a mean with an interval that says what it rests on', () => {
    // Wilson at no success of 10: z² / (n + z²); Student at 1…5: 3 ± 2.776445 × 1.581139 / √5.
    const none = Array.from({ length: 10 }, () => 0)
    expect(armsOf([{ variant: 'A', values: none }])[0]?.interval).toMatchObject({
      low: 0,
      high: expect.closeTo(0.277533, 6),
      method: 'Wilson',
    })
    expect(armsOf([{ variant: 'A', values: [1, 2, 3, 4, 5] }])[0]).toMatchObject({
      n: 5,
      mean: 3,
      interval: { low: expect.closeTo(1.036757, 5), high: expect.closeTo(4.963243, 5) },
    })
    expect(
      armsOf([
        { variant: 'A', values: [3] },
        { variant: 'B', values: [] },
      ]),
    ).toMatchObject([
      { n: 1, mean: 3, interval: { insufficient: expect.stringContaining('insufficient data') } },
      { n: 0, mean: null, interval: { insufficient: expect.stringContaining('insufficient data') } },
    ])
  })
})
