import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { aggregate, type Method, methodProblem } from '../../../src/primitives/judging/decide/aggregate.ts'
import type { Aggregated, Interval } from '../../../src/primitives/judging/decide/aggregated.ts'
import { studentQuantile } from '../../../src/primitives/judging/decide/student.ts'
import { coverage, runOff, shareWithin, strengthsOf } from './independent.ts'

const items = (values: readonly unknown[], weights: readonly number[] = []) =>
  values.map((value, i) => ({ id: `v${i}`, value, weight: weights[i] ?? 1 }))
const of = (
  method: Method,
  values: readonly unknown[],
  weights: readonly number[] = [],
  trim = 0.1,
): Aggregated => {
  const found = aggregate(method, items(values, weights), trim)
  if (found instanceof Failure) throw found
  return found
}
const times = <T>(n: number, value: T): T[] => Array(n).fill(value)
const bounds = (interval: Interval | undefined) => {
  if (!interval || !('low' in interval)) throw new Error(JSON.stringify(interval))
  return interval
}

describe('votes', () => {
  it.each([
    [['a', 'a', 'b'], 'a', 2 / 3],
    [['a', 'a', 'b', 'b'], null, undefined],
    [['a', 'b', 'c', 'a'], null, undefined],
    [['a', 'a', 'a', 'b', 'c'], 'a', 0.6],
  ])('majority of %j is %j', (votes, value, confidence) => {
    expect(of('majority', votes)).toMatchObject({ value, n: votes.length })
    expect(of('majority', votes).confidence).toBe(confidence)
  })

  it('plurality takes most votes, and tells a tie', () => {
    expect(of('plurality', ['a', 'b', 'a', 'c'])).toMatchObject({ value: 'a', confidence: 0.5 })
    expect(of('plurality', ['a', 'b'])).toMatchObject({ value: null, ties: ['a', 'b'] })
  })

  it('counts weights, and takes objects for the same whatever the order of their keys', () => {
    expect(of('majority', ['a', 'b', 'b'], [3, 1, 1])).toMatchObject({ value: 'a', confidence: 0.6 })
    expect(of('majority', [{ x: 1, y: 2 }, { y: 2, x: 1 }, 'b'])).toMatchObject({ value: { x: 1, y: 2 } })
  })

  it('ranked choice: the leader of the first count loses, each round told', () => {
    const ballots = [
      ...times(8, ['bold', 'plain', 'safe']),
      ...times(7, ['safe', 'plain', 'bold']),
      ...times(5, ['plain', 'safe', 'bold']),
    ]
    const found = of('ranked', ballots)
    expect(
      of(
        'plurality',
        ballots.map(([first]) => first),
      ).value,
    ).toBe('bold')
    expect(found).toMatchObject({ value: 'safe', confidence: 0.6 })
    expect(found.rounds).toMatchObject([
      {
        counts: [
          { choice: 'bold', votes: 8, share: 0.4 },
          { choice: 'safe', votes: 7 },
          { choice: 'plain', votes: 5 },
        ],
        eliminated: ['plain'],
      },
      {
        counts: [
          { choice: 'safe', votes: 12, share: 0.6 },
          { choice: 'bold', votes: 8 },
        ],
        eliminated: [],
      },
    ])
    expect(runOff(ballots)).toBe('safe')
  })

  it('ranked choice: ballots that name nobody left are exhausted, and what is all equal ties', () => {
    const found = of('ranked', [['a'], ['a'], ['b'], ['b'], ['c']])
    expect(found).toMatchObject({ value: null, ties: ['a', 'b'] })
    expect(found.rounds?.[1]).toMatchObject({ exhausted: 1 })
  })

  it('refuses what is no ballot, by name', () => {
    for (const bad of ['a', [], ['a', 'a'], null])
      expect(aggregate('ranked', items([['a'], bad]), 0)).toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining('"v1"'),
      })
  })

  const ballots = fc.array(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 }), {
    minLength: 1,
    maxLength: 12,
  })
  it('ranked choice equals the independent count, in any order of ballots', () =>
    fc.assert(
      fc.property(ballots, (given) => {
        const { value, ties } = of('ranked', given)
        expect(value ?? [...(ties ?? [])].sort()).toEqual(runOff(given))
        expect(of('ranked', given.toReversed())).toEqual(of('ranked', given))
      }),
    ))

  it('ranked choice takes a ballot of weight 3 as three ballots', () =>
    fc.assert(
      fc.property(ballots, (given) => {
        const tripled = of(
          'ranked',
          given,
          given.map((_, i) => (i === 0 ? 3 : 1)),
        )
        const first = given[0] as string[]
        const copied = of('ranked', [first, first, ...given])
        expect([tripled.value, tripled.ties]).toEqual([copied.value, copied.ties])
      }),
    ))
})

describe('averages', () => {
  it.each([1, 2, 3, 4, 9, 30])('the t quantile with %d degrees of freedom holds 95 %% within', (freedom) => {
    // Simpson's rule over 20,000 steps is right to about 1e-7 here.
    expect(shareWithin(studentQuantile(0.975, freedom), freedom)).toBeCloseTo(0.95, 7)
  })

  it.each([
    [1, 12.7062047364],
    [4, 2.7764451052],
    [9, 2.2621571628],
    [30, 2.0422724563],
    [1_000_000, 1.9599664],
  ])('the t quantile with %d degrees of freedom is that of the tables', (freedom, t) => {
    expect(studentQuantile(0.975, freedom)).toBeCloseTo(t, 6)
  })

  it('mean ± t s / √n', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9]
    const { value, interval } = of('mean', values)
    // s² = 32 / 7, t(.975, 7) = 2.3646243
    const reach = (2.3646243 * Math.sqrt(32 / 7)) / Math.sqrt(8)
    expect(value).toBe(5)
    expect(bounds(interval).low).toBeCloseTo(5 - reach, 6)
    expect(bounds(interval).high).toBeCloseTo(5 + reach, 6)
    expect(bounds(interval)).toMatchObject({ level: 0.95, method: 'Student t, 7 degrees of freedom' })
  })

  it('mean of one, of none: too little, and no interval is made up', () => {
    expect(of('mean', [3])).toMatchObject({
      value: 3,
      interval: { insufficient: expect.stringContaining('2') },
    })
    for (const method of ['mean', 'median', 'trimmed_mean'] as const)
      expect(of(method, [])).toMatchObject({ value: null, n: 0, insufficient: expect.any(String) })
  })

  it('trimmed mean: an outlier counts for nothing, its interval by hand', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000]
    const { value, interval } = of('trimmed_mean', values)
    expect(value).toBe(5.5)
    // Winsorized: 2, 2, 3, …, 9, 9: squares of deviations from 5.5 add up to 66.5; h = 8; t(.975, 7).
    const reach = (2.3646243 * Math.sqrt(66.5 / 9) * Math.sqrt(10)) / 8
    expect(bounds(interval).high).toBeCloseTo(5.5 + reach, 6)
  })

  it.each([
    [0, 104.5],
    [0.1, 5.5],
    [0.19, 5.5],
    [0.2, 5.5],
    [0.4999, 5.5],
  ])('trimmed at %d comes to %d', (trim, value) => {
    expect(of('trimmed_mean', [1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000], [], trim).value).toBeCloseTo(value, 12)
  })

  it.each([6, 7, 9, 10, 12])('median of %d: the narrowest order statistics that cover 95 %%', (n) => {
    const values = [...Array(n).keys()].map((i) => i + 1)
    const { low, high } = bounds(of('median', values.toReversed()).interval)
    expect(low + high).toBe(n + 1)
    expect(coverage(n, low)).toBeGreaterThanOrEqual(0.95)
    expect(coverage(n, low + 1)).toBeLessThan(0.95)
  })

  it('median of 5: no order statistics cover 95 %', () => {
    expect(of('median', [1, 2, 3, 4, 5])).toMatchObject({
      value: 3,
      interval: { insufficient: expect.any(String) },
    })
  })

  it('weighted mean by hand; equal weights are the plain one', () => {
    const { value, interval } = of('mean', [1, 2, 4], [1, 2, 1])
    expect(value).toBeCloseTo(2.25, 12)
    // Σ w²(x−m)² / (Σ w)² = (1.5625 + 4 × .0625 + 3.0625) / 16; × 3/2; t(.975, 2) = 4.3026527
    expect(bounds(interval).high).toBeCloseTo(2.25 + 4.3026527 * Math.sqrt((4.875 / 16) * 1.5), 6)
    expect(of('mean', [1, 2, 4], [7, 7, 7])).toEqual(of('mean', [1, 2, 4]))
  })

  const numbers = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 30 })
  it('do not depend on order, and move and stretch with the values', () =>
    fc.assert(
      fc.property(numbers, fc.constantFrom('mean', 'median', 'trimmed_mean'), (values, method: Method) => {
        const here = of(method, values)
        expect(of(method, values.toReversed()).value).toBeCloseTo(here.value as number, 9)
        const moved = of(
          method,
          values.map((one) => 3 * one + 7),
        )
        expect(moved.value).toBeCloseTo(3 * (here.value as number) + 7, 6)
        if (!here.interval || !('low' in here.interval)) return
        expect(bounds(moved.interval).low).toBeCloseTo(3 * here.interval.low + 7, 6)
        expect(here.interval.low).toBeLessThanOrEqual(here.value as number)
      }),
    ))

  it.each(['mean', 'trimmed_mean'] as const)('%s of values too large to add says so', (method) => {
    const found = of(method, times(4, 1e308))
    expect(found).toEqual({ value: null, n: 4, reason: expect.stringContaining('too large') })
  })

  it('a weight whose sum would be none is refused', () => {
    for (const method of ['mean', 'majority'] as const)
      expect(aggregate(method, items([1, 2], [1, 1e308]), 0)).toMatchObject({
        message: expect.stringContaining('"v1" is not over 0 and at most 1000000000000'),
      })
    expect(of('mean', [1, 2], [1e12, 1e12])).toMatchObject({ value: 1.5 })
  })

  it('an interval too wide to hold is told', () => {
    const wide = of('mean', [1e200, -1e200])
    expect(wide).toMatchObject({ value: 0, interval: { insufficient: expect.stringContaining('beyond') } })
  })

  it('names the value that is no number', () => {
    expect(aggregate('mean', items([1, '2']), 0)).toMatchObject({ message: expect.stringContaining('"v1"') })
  })
})

describe('strengths from pairs', () => {
  const pair = (winner: string, loser: string) => ({ winner, loser })

  it('of two: the share of wins', () => {
    const found = of('pairwise', [...times(3, pair('a', 'b')), pair('b', 'a')])
    expect(found.value).toBe('a')
    expect(found.strengths?.a).toBeCloseTo(0.75, 9)
  })

  it('equal those found by solving the likelihood equations one by one', () => {
    const pairs = [
      ...times(4, pair('a', 'b')),
      ...times(2, pair('b', 'a')),
      ...times(3, pair('b', 'c')),
      pair('c', 'b'),
      ...times(2, pair('c', 'a')),
      ...times(3, pair('a', 'c')),
      pair('d', 'a'),
      ...times(2, pair('c', 'd')),
    ]
    const expected = strengthsOf(pairs)
    const { strengths, value } = of('pairwise', pairs)
    for (const [name, strength] of Object.entries(expected))
      expect(strengths?.[name]).toBeCloseTo(strength, 8)
    expect(value).toBe(Object.entries(expected).toSorted((x, y) => y[1] - x[1])[0]?.[0])
    expect(of('pairwise', pairs.toReversed()).value).toBe(value)
  })

  it.each([
    ['two groups that never met', [pair('a', 'b'), pair('b', 'a'), pair('c', 'd'), pair('d', 'c')]],
    ['one that never lost', [pair('a', 'b'), pair('b', 'c'), pair('c', 'b')]],
    ['one that never won', [pair('a', 'b'), pair('b', 'a'), pair('a', 'c')]],
    ['none at all', []],
  ])('%s: insufficient data', (_, pairs) => {
    expect(of('pairwise', pairs)).toMatchObject({
      value: null,
      insufficient: expect.stringContaining('insufficient'),
    })
  })

  it('tells that two are equally strong', () => {
    expect(of('pairwise', [pair('a', 'b'), pair('b', 'a')])).toMatchObject({ value: null, ties: ['a', 'b'] })
  })

  it('refuses what is no pair', () => {
    for (const bad of [null, 'a', { winner: 'a' }, pair('a', 'a')])
      expect(aggregate('pairwise', items([bad]), 0)).toMatchObject({ code: 'invalid_argument' })
  })
})

describe('putting together', () => {
  it('texts and lists one after the other', () => {
    expect(of('concat', ['a', 'b', 'a']).value).toBe('a\n\nb\n\na')
    expect(of('concat', [[1], [1, 2]]).value).toEqual([1, 1, 2])
  })

  it('merges without repeating', () => {
    expect(of('merge', ['a', 'b', 'a']).value).toBe('a\n\nb')
    expect(
      of('merge', [
        [1, { a: 1 }],
        [{ a: 1 }, 2],
      ]).value,
    ).toEqual([1, { a: 1 }, 2])
  })

  it('tells conflicts, and takes nobody to be right', () => {
    const found = of('merge', [
      { name: 'x', size: { w: 1, h: 2 }, only: true },
      { name: 'x', size: { w: 1, h: 3 } },
    ])
    expect(found.value).toEqual({ name: 'x', size: { w: 1 }, only: true })
    expect(found.conflicts).toEqual([
      {
        path: 'size.h',
        values: [
          { id: 'v0', value: 2 },
          { id: 'v1', value: 3 },
        ],
      },
    ])
  })

  it('keeps a key such as __proto__ as a key', () => {
    const { value } = of('merge', [JSON.parse('{"__proto__": {"a": 1}}'), {}])
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1}}')
    expect(({} as { a?: number }).a).toBeUndefined()
  })

  it('names what is of another kind, and has nothing to say of nothing', () => {
    expect(aggregate('merge', items(['a', ['b']]), 0)).toMatchObject({
      message: expect.stringContaining('"v1"'),
    })
    expect(aggregate('concat', items([{ a: 1 }]), 0)).toBeInstanceOf(Failure)
    expect(aggregate('merge', items([1]), 0)).toBeInstanceOf(Failure)
    expect(of('merge', [])).toMatchObject({ value: null, insufficient: expect.any(String) })
  })

  it('best of: the highest; a tie of different things chooses none', () => {
    expect(of('best_of', ['a', 'b'], [0.1, 0.2]).value).toBe('b')
    expect(of('best_of', ['a', 'b'], [0.2, 0.2])).toMatchObject({ value: null, ties: ['v0', 'v1'] })
    expect(of('best_of', ['a', 'a'], [0.2, 0.2])).toMatchObject({ value: 'a', ties: ['v0', 'v1'] })
    expect(of('best_of', [])).toMatchObject({ value: null, insufficient: expect.any(String) })
  })
})

describe('options that would be ignored', () => {
  it.each([
    ['trim', 'mean', { weight: false, trim: true }],
    ['weight', 'median', { weight: true, trim: false }],
    ['weight', 'concat', { weight: true, trim: false }],
  ] as const)('%s is refused for %s', (field, method, given) => {
    expect(methodProblem(method, given)).toMatchObject({ details: { field } })
  })

  it('a weight of 0 or less is refused by name', () => {
    expect(aggregate('majority', items(['a', 'b'], [1, 0]), 0)).toMatchObject({
      message: expect.stringContaining('"v1"'),
    })
  })
})
