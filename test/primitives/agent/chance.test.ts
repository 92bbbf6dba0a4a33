import { describe, expect, it } from 'vitest'
import { rankSum } from '../../../src/primitives/agent/decide/chance.ts'

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
