import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentile, spreadOf } from '../../../src/primitives/metric/percentile.ts'
import { track } from '../../../src/primitives/metric/tracking.ts'
import type { Measured } from '../../../src/primitives/metric/window.ts'

describe('a percentile by nearest rank', () => {
  // The example of the definition: https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
  it.each([
    [5, 15],
    [30, 20],
    [40, 20],
    [50, 35],
    [100, 50],
  ])('%i of 15, 20, 35, 40, 50 is %i', (p, value) => {
    expect(percentile([15, 20, 35, 40, 50], p)).toBe(value)
  })

  it('is the least value with enough below it', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (given, p) => {
        const sorted = given.toSorted((a, b) => a - b)
        const found = percentile(sorted, p)
        const share = (bound: (value: number) => boolean) =>
          (100 * sorted.filter(bound).length) / sorted.length
        expect(sorted).toContain(found)
        expect(share((value) => value <= found)).toBeGreaterThanOrEqual(p - 1e-9)
        expect(share((value) => value < found)).toBeLessThan(p)
      }),
    )
  })

  it('of nothing is not invented', () => {
    expect(spreadOf([])).toEqual({ value: null, n: 0 })
    expect(spreadOf([4, 2])).toEqual({ value: 3, n: 2, p50: 2, p95: 4, p99: 4 })
  })
})

describe('a stretch of the log', () => {
  const event = (stream: number, at: number, type: string, data?: object): Measured => ({
    seq: at,
    stream,
    prev: 0,
    type: `task.${type}`,
    at,
    data: data ? JSON.stringify(data) : null,
  })

  it('tells waits from work, attempt by attempt', () => {
    const seen = track([
      event(1, 0, 'created'),
      event(2, 0, 'created'),
      event(1, 10, 'claimed', { attempt: 1 }),
      event(1, 15, 'attempt_failed', { retry_at: 40 }),
      event(1, 41, 'retry_due'),
      event(1, 50, 'claimed', { attempt: 2 }),
      event(1, 80, 'completed'),
      event(2, 80, 'unblocked'),
      event(2, 90, 'claimed', { attempt: 1 }),
      event(2, 95, 'lease_ended'),
      event(2, 100, 'claimed', { attempt: 2 }),
      event(2, 110, 'submitted'),
      event(2, 120, 'verified', { last: false }),
      event(2, 130, 'verified', { last: true }),
    ])
    expect(seen.waits).toEqual([10, 10, 10, 5])
    expect(seen.durations).toEqual([30, 30])
    expect(seen).toMatchObject({
      done: 2,
      claims: 4,
      retries: 2,
      leaseLosses: 1,
      failed: 2,
      accepted: 1,
      rejected: 0,
    })
  })

  it('hands out ends whose claim it does not hold', () => {
    const seen = track([event(1, 80, 'completed'), event(2, 90, 'claimed', { attempt: 1 })])
    expect(seen.unpaired.map(({ stream }) => stream)).toEqual([1])
    expect(seen).toMatchObject({ done: 1, durations: [], waits: [] })
  })
})
