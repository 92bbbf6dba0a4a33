import { describe, expect, it } from 'vitest'
import { seedFrom } from '../../../src/primitives/experiment/decide/draws.ts'
import { effortFor } from '../../../src/primitives/experiment/decide/effort.ts'
import { permuted } from '../../../src/primitives/experiment/decide/permuted.ts'
import { compare, holm, welch } from '../../../src/primitives/experiment/decide/tests.ts'
import { Random } from '../../support/random.ts'
import { exactly } from '../judging/exactly.ts'

describe("Welch's t-test", () => {
  const drug = [
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
  ] as const

  it("gives the published figures of R's t.test(extra ~ group, data = sleep)", () => {
    const { t, freedom, p } = welch(...drug)
    expect(t).toBeCloseTo(-1.8608, 4)
    expect(freedom).toBeCloseTo(17.776, 3)
    expect(p).toBeCloseTo(0.07939, 5)
  })

  it('holds where samples and variances differ much', () => {
    // scipy.stats.ttest_ind([1, 2, 3, 4, 5, 6, 7], [10, 40, 90], equal_var=False)
    expect(welch([1, 2, 3, 4, 5, 6, 7], [10, 40, 90]).p).toBeCloseTo(0.2088441832893948, 9)
    // scipy.stats.ttest_ind(range(20), range(100, 120), equal_var=False): far in the tail
    const rising = Array.from({ length: 20 }, (_, i) => i)
    const far = rising.map((i) => i + 100)
    expect(welch(rising, far).p / 2.270254219656725e-37).toBeCloseTo(1, 6)
  })

  it('takes one sample that does not vary', () => {
    // scipy.stats.ttest_ind([5, 5, 5, 5, 5], [6, 7, 8, 6, 7], equal_var=False)
    expect(welch([5, 5, 5, 5, 5], [6, 7, 8, 6, 7]).p).toBeCloseTo(0.008580918721924785, 9)
  })
})

describe('the permutation test', () => {
  const often = { permutations: 9_999, seed: seedFrom('exp_1') }

  it('comes near to the share of all splits that are as far apart', () => {
    // 1 2 3 4 against 5 6 7 9: of 70 splits, itself and its mirror image are as far apart.
    expect(permuted([1, 2, 3, 4], [5, 6, 7, 9], often)).toBeCloseTo(2 / 70, 2)
    // 1 1 3 against 2 3 4 5, all 35 splits reckoned out by a program of its own.
    expect(permuted([1, 1, 3], [2, 3, 4, 5], often)).toBeCloseTo(share([1, 1, 3], [2, 3, 4, 5]), 2)
  })

  it('says the same for the same outcomes, in whatever order they came and whichever is first', () => {
    const [a, b] = [
      [0.1, 0.7, 0.4],
      [0.9, 0.3, 0.8, 0.6],
    ] as const
    const p = permuted(a, b, often)
    expect(permuted(a.toReversed(), b.toReversed(), often)).toBe(p)
    expect(permuted(b, a, often)).toBe(p)
    expect(permuted(a, b, { ...often, seed: seedFrom('exp_2') })).not.toBe(p)
  })

  it('does not depend on the scale, not even at the edge of what numbers hold', () => {
    const [a, b] = [
      [1, 2, 3, 4],
      [2, 4, 6, 8, 9],
    ] as const
    const p = permuted(a, b, often)
    for (const by of [2 ** -1_000, 2 ** 40, -(2 ** 900)])
      expect(
        permuted(
          a.map((value) => value * by),
          b.map((value) => value * by),
          often,
        ),
      ).toBe(p)
  })

  it('takes a sample that does not vary for what chance makes of it', () => {
    // Of 1, 1, 1, 1, 1 against 1 … 1, .5, 0, most splits have a constant small side: Welch finds them far apart.
    const rest = [...Array.from({ length: 90 }, () => 1), 0.5, 0.5, 0.5, 0, 0, 0]
    expect(welch([1, 1, 1, 1, 1], rest).p).toBeLessThan(0.05)
    expect(permuted([1, 1, 1, 1, 1], rest, often)).toBeGreaterThan(0.5)
    // Where neither side varies, the distance is the largest there can be.
    expect(permuted([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], often)).toBeCloseTo(2 / 252, 2)
    expect(permuted([3, 3, 3], [3, 3, 3], often)).toBe(1)
  })

  it.each<[string, (random: Random) => number]>([
    ['mostly 1', (random) => (random.chance(0.9) ? 1 : random.pick([0, 0.5]))],
    ['skewed', (random) => Math.exp(3 * (random.next() + random.next() + random.next() - 1.5))],
  ])('keeps to alpha where sizes are far apart and nothing differs (%s)', (_, draw) => {
    const random = new Random(5)
    const values = (n: number) => Array.from({ length: n }, () => draw(random))
    const errs = { permuted: 0, welch: 0 }
    for (let i = 0; i < 400; i++) {
      const [few, many] = [values(5), values(95)]
      if (permuted(few, many, { permutations: 199, seed: seedFrom(`exp_${i}`) }) < 0.05) errs.permuted++
      if (welch(few, many).p < 0.05) errs.welch++
    }
    // Of 400 at 5 %: 20, and three standard deviations (4.4 each).
    expect(errs.permuted).toBeLessThanOrEqual(33)
    expect(errs.welch).toBeGreaterThan(33)
  })
})

/** The share of all splits whose Welch t is as far from 0: by going through them. */
const share = (a: readonly number[], b: readonly number[]): number => {
  const pool = [...a, ...b]
  const far = (one: readonly number[], other: readonly number[]) => Math.abs(welch(one, other).t)
  let [all, asFar] = [0, 0]
  for (let bits = 0; bits < 2 ** pool.length; bits++) {
    const one = pool.filter((_, i) => (bits >> i) & 1)
    if (one.length !== a.length) continue
    all++
    const t = far(
      one,
      pool.filter((_, i) => !((bits >> i) & 1)),
    )
    if (t >= far(a, b) - 1e-9) asFar++
  }
  return asFar / all
}

describe('how many splits', () => {
  it('is 9,999 for two variants of some hundred, and fewer for thousands: time is bounded', () => {
    expect(effortFor([5], 0.05)).toEqual({ permutations: 9_999, upTo: 5 })
    expect(effortFor([250], 0.05)).toEqual({ permutations: 9_999, upTo: 250 })
    expect(effortFor([5_000], 0.05)).toEqual({ permutations: 500, upTo: 5_000 })
  })

  it('is fewer where there are many pairs, and the largest pairs get none', () => {
    const pairs = (n: number) => Array.from({ length: 45 }, () => n)
    expect(effortFor(pairs(20), 0.05)).toEqual({ permutations: 2_777, upTo: 20 })
    expect(effortFor(pairs(100), 0.05).upTo).toBe(0)
    expect(effortFor([...pairs(100), 30], 0.05)).toEqual({ permutations: 9_999, upTo: 30 })
  })

  it('is enough to reach a small alpha, or as many as can be drawn', () => {
    expect(effortFor([10], 0.0001)).toEqual({ permutations: 39_999, upTo: 10 })
    expect(effortFor([10], 1e-9)).toEqual({ permutations: 250_000, upTo: 10 })
  })
})

describe('which test', () => {
  it('is a matter of the values', () => {
    expect(compare([0, 1, 1], [0, 0, 1], undefined).test).toBe('Fisher exact')
    expect(compare([0.5, 0.9, 0.9], [0.5, 0.5, 0.5], undefined).p).toBeCloseTo(exactly(2, 3, 0, 3), 12)
    expect(compare([0.5, 0.9, 0.8], [0.5, 0.5, 0.5], undefined).test).toBe('Welch t')
    const permuting = { permutations: 99, seed: seedFrom('exp_1') }
    expect(compare([0.5, 0.9, 0.8], [0.5, 0.5, 0.5], permuting)).toMatchObject({
      test: 'permuted Welch t',
      ...permuting,
    })
    expect(compare([0, 1, 1], [0, 0, 1], permuting)).toEqual(compare([0, 1, 1], [0, 0, 1], undefined))
  })

  it('finds samples that never vary as different as their sizes allow', () => {
    expect(compare([7, 7, 7, 7, 7], [7, 7, 7, 7, 7], undefined).p).toBe(1)
    // Of 252 ways to split five and five, two are as far apart.
    expect(compare([7, 7, 7, 7, 7], [9, 9, 9, 9, 9], undefined).p).toBeCloseTo(2 / 252, 12)
  })
})

describe("Holm's correction", () => {
  it('steps down from the smallest', () => {
    expect(holm([0.01, 0.04, 0.03, 0.02])).toEqual([0.04, 0.06, 0.06, 0.06])
    expect(holm([0.03])).toEqual([0.03])
    expect(holm([0.6, 0.5])).toEqual([1, 1])
    expect(holm([])).toEqual([])
  })
})
