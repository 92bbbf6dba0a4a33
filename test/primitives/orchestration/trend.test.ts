import { describe, expect, it } from 'vitest'
import { trendOf } from '../../../src/primitives/orchestration/decide/trend.ts'

describe('a trend', () => {
  it('is the slope of the least-squares line, from five outcomes on', () => {
    expect(trendOf([0.1, 0.2, 0.3, 0.4])).toEqual({ trend: 'insufficient data', slope: null, n: 4 })
    expect(trendOf([])).toEqual({ trend: 'insufficient data', slope: null, n: 0 })
    expect(trendOf([0.1, 0.2, 0.3, 0.4, 0.5])).toEqual({ trend: 'improving', slope: 0.1, n: 5 })
    expect(trendOf([0.9, 0.8, 0.7, 0.6, 0.5])).toEqual({ trend: 'declining', slope: -0.1, n: 5 })
    // By hand: deviations of x −2…2, of y .1 −.1 0 0 .1; products sum up to .1, squares of x to 10.
    expect(trendOf([0.6, 0.4, 0.5, 0.5, 0.6])).toEqual({ trend: 'stable', slope: 0.01, n: 5 })
  })

  it('is stable up to .05 an outcome, both ways', () => {
    const rising = (slope: number) => Array.from({ length: 8 }, (_, i) => 0.5 + slope * i)
    expect(trendOf(rising(0.05)).trend).toBe('stable')
    expect(trendOf(rising(-0.05)).trend).toBe('stable')
    expect(trendOf(rising(0.051)).trend).toBe('improving')
    expect(trendOf(rising(-0.051)).trend).toBe('declining')
  })
})
