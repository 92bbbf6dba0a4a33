import { describe, expect, it } from 'vitest'
import { fisher, rankSum } from '../../../src/primitives/agent/decide/chance.ts'

describe("Fisher's exact test, one-sided", () => {
  it('gives what the books give', () => {
    // The lady tasting tea: three of four right; all four right would be 1 in 70.
    expect(fisher([1, 4], [3, 4])).toBeCloseTo(17 / 70, 10)
    expect(fisher([0, 4], [4, 4])).toBeCloseTo(1 / 70, 10)
    // C(10,5) of C(20,5) ways.
    expect(fisher([5, 10], [10, 10])).toBeCloseTo(252 / 15_504, 10)
    expect(fisher([10, 10], [10, 10])).toBe(1)
    expect(fisher([0, 10], [0, 10])).toBe(1)
  })

  it('adds up to certainty over all outcomes', () => {
    const exactly = (k: number) => fisher([k, 6], [9 - k, 8]) - (k > 1 ? fisher([k - 1, 6], [10 - k, 8]) : 0)
    expect([1, 2, 3, 4, 5, 6].reduce((sum, k) => sum + exactly(k), 0)).toBeCloseTo(1, 10)
  })
})

/** The chance by counting every way to choose which of all values are in the first sample. */
const counted = (values: readonly number[], others: readonly number[]): number => {
  const all = [...values, ...others]
  const rankOf = (value: number) => {
    const below = all.filter((one) => one < value).length
    const same = all.filter((one) => one === value).length
    return below + (same + 1) / 2
  }
  const ranks = all.map(rankOf)
  const observed = values.reduce((sum, value) => sum + rankOf(value), 0)
  let [least, ways] = [0, 0]
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      ways++
      if (sum >= observed - 1e-9) least++
      return
    }
    for (let i = from; i <= ranks.length - left; i++) choose(i + 1, left - 1, sum + (ranks[i] as number))
  }
  choose(0, values.length, 0)
  return least / ways
}

describe('the rank sum test, one-sided', () => {
  it('is near to the count of all orders, with ties and without', () => {
    const cases = [
      [
        [5, 6, 7, 8, 9, 10, 11, 12],
        [1, 2, 3, 4, 5.5, 6.5, 7.5, 8.5],
      ],
      [
        [1, 2, 3, 4, 5, 6, 7, 8],
        [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5],
      ],
      [
        [2, 2, 3, 3, 3, 4, 4, 5],
        [1, 1, 2, 2, 2, 3, 3, 4],
      ],
    ] as const
    for (const [values, others] of cases)
      expect(Math.abs(rankSum(values, others) - counted(values, others))).toBeLessThan(0.011)
    // Where most are tied, it is but rough.
    const nines = [9, 9, 9, 9, 9, 9, 9, 9]
    const half = [1, 9, 1, 9, 1, 9, 1, 9]
    expect(Math.abs(rankSum(nines, half) - counted(nines, half))).toBeLessThan(0.03)
  })

  it('finds no order where all are alike', () => {
    expect(rankSum([3, 3, 3], [3, 3, 3])).toBe(1)
  })
})
