import { describe, expect, it } from 'vitest'
import { compare, holm, welch } from '../../../src/primitives/experiment/decide/tests.ts'
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

describe('which test', () => {
  it('is a matter of the values', () => {
    expect(compare([0, 1, 1], [0, 0, 1]).test).toBe('Fisher exact')
    expect(compare([0.5, 0.9, 0.9], [0.5, 0.5, 0.5]).p).toBeCloseTo(exactly(2, 3, 0, 3), 12)
    expect(compare([0.5, 0.9, 0.8], [0.5, 0.5, 0.5]).test).toBe('Welch t')
  })

  it('finds samples that never vary as different as their sizes allow', () => {
    expect(compare([7, 7, 7, 7, 7], [7, 7, 7, 7, 7]).p).toBe(1)
    // Of 252 ways to split five and five, two are as far apart.
    expect(compare([7, 7, 7, 7, 7], [9, 9, 9, 9, 9]).p).toBeCloseTo(2 / 252, 12)
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
