import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fisher, fisherBelow } from '../../../src/primitives/judging/decide/fisher.ts'
import { exactly } from './exactly.ts'

describe("Fisher's exact test", () => {
  it("gives the published figures of R's fisher.test", () => {
    // Agresti's tea taster: 17/35. Fisher's convictions of like-sex twins.
    expect(fisher(3, 4, 1, 4)).toBeCloseTo(17 / 35, 12)
    expect(fisher(2, 12, 15, 18)).toBeCloseTo(0.0005367241, 10)
  })

  it('is 1 where there is nothing to tell', () => {
    expect(fisher(0, 10, 0, 10)).toBe(1)
    expect(fisher(10, 10, 20, 20)).toBe(1)
    expect(fisher(5, 10, 5, 10)).toBe(1)
  })

  it('is what counting all tables in whole numbers gives', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40), (x, more, y, others) => {
        const [n, m] = [x + more, y + others]
        fc.pre(n > 0 && m > 0)
        expect(fisher(x, n, y, m)).toBeCloseTo(exactly(x, n, y, m), 9)
        expect(fisher(y, m, x, n)).toBeCloseTo(fisher(x, n, y, m), 9)
      }),
      { numRuns: 300 },
    )
  })

  it('stays a probability at the largest sizes', () => {
    expect(fisher(5_000, 5_000, 0, 5_000)).toBe(0)
    expect(fisher(2_500, 5_000, 2_500, 5_000)).toBeCloseTo(1, 12)
    // scipy.stats.fisher_exact([[2600, 2400], [2500, 2500]])
    expect(fisher(2_600, 5_000, 2_500, 5_000)).toBeCloseTo(0.04765361355524053, 9)
  })
})

describe("Fisher's exact test, one-sided", () => {
  it('gives what the books give', () => {
    // The lady tasting tea: three of four right; all four right would be 1 in 70.
    expect(fisherBelow(1, 4, 3, 4)).toBeCloseTo(17 / 70, 10)
    expect(fisherBelow(0, 4, 4, 4)).toBeCloseTo(1 / 70, 10)
    // C(10,5) of C(20,5) ways.
    expect(fisherBelow(5, 10, 10, 10)).toBeCloseTo(252 / 15_504, 10)
    expect(fisherBelow(10, 10, 10, 10)).toBe(1)
    expect(fisherBelow(0, 10, 0, 10)).toBe(1)
  })

  it('adds up to certainty over all outcomes', () => {
    const exactly = (k: number) =>
      fisherBelow(k, 6, 9 - k, 8) - (k > 1 ? fisherBelow(k - 1, 6, 10 - k, 8) : 0)
    expect([1, 2, 3, 4, 5, 6].reduce((sum, k) => sum + exactly(k), 0)).toBeCloseTo(1, 10)
  })
})
