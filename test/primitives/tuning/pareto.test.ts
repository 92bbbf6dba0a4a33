import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kneeOf, type Point, paretoFront, power } from '../../../src/primitives/tuning/decide/pareto.ts'

const axis = fc.integer({ min: 1, max: 20 })
const point = fc.record({ latency_ms: axis, throughput: axis, cost_usd: axis })
const weights = fc.record({
  latency: fc.integer({ min: 0, max: 5 }),
  throughput: fc.integer({ min: 1, max: 5 }),
  cost: fc.integer({ min: 0, max: 5 }),
})

const beats = (a: Point, b: Point): boolean => {
  const pairs = [
    [a.latency_ms, b.latency_ms],
    [b.throughput, a.throughput],
    [a.cost_usd ?? 0, b.cost_usd ?? 0],
  ] as const
  return pairs.every(([x, y]) => x <= y) && pairs.some(([x, y]) => x < y)
}

describe('the Pareto front', () => {
  it('of ten points is what comparing each with each leaves', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 10, maxLength: 10 }), (points) => {
        const byForce = points.filter((one) => !points.some((other) => beats(other, one)))
        const found = paretoFront(points)
        expect(new Set(found)).toEqual(new Set(byForce))
        expect(found).toHaveLength(byForce.length)
      }),
      { numRuns: 1_000 },
    )
  })

  it('of ten points by hand', () => {
    const of = (latency_ms: number, throughput: number, cost_usd: number) => ({
      latency_ms,
      throughput,
      cost_usd,
    })
    const on = [of(10, 50, 5), of(20, 90, 5), of(15, 60, 3), of(30, 95, 9), of(40, 40, 1)]
    const off = [of(11, 50, 5), of(20, 89, 5), of(15, 60, 4), of(41, 40, 1), of(99, 1, 9)]
    expect(paretoFront([...off, ...on])).toEqual([on[0], on[2], on[1], on[3], on[4]])
    expect(paretoFront([])).toEqual([])
  })

  it('leaves cost out as soon as one point has none', () => {
    const cheap = { latency_ms: 20, throughput: 5, cost_usd: 1 }
    const unknown = { latency_ms: 10, throughput: 9, cost_usd: null }
    expect(paretoFront([cheap, unknown])).toEqual([unknown])
  })
})

describe('the knee', () => {
  it('is never dominated, whatever the weights', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 10 }), weights, (points, weighed) => {
        const knee = kneeOf(points, weighed)
        expect(knee).toBeDefined()
        expect(points.some((other) => knee && beats(other, knee))).toBe(false)
      }),
    )
  })

  it('has the greatest power of the front: throughput / (latency · cost), to the shares of the weights', () => {
    const fast = { latency_ms: 10, throughput: 40, cost_usd: 4 }
    const busy = { latency_ms: 80, throughput: 90, cost_usd: 2 }
    // 40 / 10 = 4 against 90 / 80 = 1.1; 40² / 10 = 160 against 90² / 80 = 101; 40⁴ / 10 = 256,000 against 820,125.
    expect(kneeOf([fast, busy], { latency: 1, throughput: 1, cost: 0 })).toBe(fast)
    expect(kneeOf([fast, busy], { latency: 1, throughput: 2, cost: 0 })).toBe(fast)
    expect(kneeOf([fast, busy], { latency: 1, throughput: 4, cost: 0 })).toBe(busy)
    expect(power(fast, { latency: 1, throughput: 1, cost: 2 })).toBeCloseTo(
      Math.log((40 / (10 * 16)) ** 0.25),
      12,
    )
    expect(kneeOf([], { latency: 1, throughput: 1, cost: 1 })).toBeUndefined()
  })
})
