import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { type Selection, select, type TieBreak } from '../../../src/primitives/judging/decide/select.ts'
import { assessAll } from '../../../src/primitives/judging/decide/weigh.ts'
import type { Criterion, Scored } from '../../../src/primitives/judging/terms.ts'

const criterion = (name: string, more: Partial<Criterion> = {}): Criterion => ({
  name,
  weight: 1,
  min: null,
  max: null,
  range: null,
  check: null,
  description: null,
  ...more,
})
const choose = (
  criteria: readonly Criterion[],
  options: readonly Scored[],
  margin = 0,
  tieBreak: TieBreak = null,
): Selection => {
  const assessed = assessAll(criteria, options)
  if (assessed instanceof Failure) throw assessed
  return select(criteria, assessed, { margin, tieBreak })
}
const option = (id: string, ...scores: number[]): Scored => ({
  id,
  scores: Object.fromEntries(scores.map((score, i) => [`c${i}`, score])),
})
const two = [criterion('c0'), criterion('c1')]

describe('selecting the best', () => {
  it('takes the highest total, and tells the lead', () => {
    const found = choose(two, [option('a', 0.9, 0.5), option('b', 0.4, 0.6)])
    expect(found).toMatchObject({ choice: 'a', ties: [], margin: expect.closeTo(0.2, 9) })
    expect(found.ranking.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('leaves out what breaks a bound, however good, and lets it dominate nothing', () => {
    const criteria = [criterion('c0'), criterion('c1', { max: 0.9 })]
    const found = choose(criteria, [option('a', 1, 0.95), option('b', 0.2, 0.2)])
    expect(found.choice).toBe('b')
    expect(found.ranking).toMatchObject([
      { id: 'b', violates: [], dominated_by: null },
      { id: 'a', violates: ['c1'] },
    ])
  })

  it('chooses nothing where no option keeps every bound', () => {
    const found = choose([criterion('c0', { min: 0.5 })], [option('a', 0.4), option('b', 0.1)])
    expect(found).toMatchObject({ choice: null, margin: null, reason: 'no option keeps every bound' })
  })

  it('chooses the only one, with no margin to speak of', () => {
    expect(choose([criterion('c0')], [option('a', 0)], 0.9)).toMatchObject({ choice: 'a', margin: null })
  })

  it('measures the margin against a dominated runner-up too, and says so', () => {
    const options = [option('a', 0.6), option('b', 0.59)]
    const one = [criterion('c0')]
    expect(choose(one, options, 1)).toMatchObject({
      choice: null,
      margin: expect.closeTo(0.01, 9),
      reason: 'a leads by 0.01 over b, which is dominated: below the margin of 1',
    })
    expect(choose(one, options, 0.01)).toMatchObject({
      choice: 'a',
      reason: 'it leads by 0.01 over b, which is dominated',
    })
    // One that breaks a bound is no rival.
    const bound = [criterion('c0', { min: 0.595 })]
    expect(choose(bound, options, 1)).toMatchObject({
      choice: 'a',
      margin: null,
      reason: 'it is the only one that keeps every bound',
    })
  })

  it('takes the nearest rival, dominated or not', () => {
    const options = [option('a', 0.9, 0.7), option('b', 0.9, 0.6), option('c', 0.1, 0.9)]
    expect(choose(two, options, 0.2)).toMatchObject({ choice: null, margin: expect.closeTo(0.05, 9) })
  })

  it.each([
    [0.2, 'a'],
    [0.2001, null],
  ])('with a lead of .2 and a margin of %d chooses %s', (margin, choice) => {
    expect(choose(two, [option('a', 0.9, 0.5), option('b', 0.4, 0.6)], margin).choice).toBe(choice)
  })

  it('tells a tie, and breaks it only as asked', () => {
    const options = [option('b', 0.4, 0.6), option('a', 0.6, 0.4)]
    expect(choose(two, options)).toMatchObject({
      choice: null,
      ties: ['a', 'b'],
      tie_broken_by: null,
      margin: 0,
    })
    expect(choose(two, options, 0, { by: 'first' })).toMatchObject({ choice: 'b', tie_broken_by: 'first' })
    const by = { by: 'criterion', criterion: 'c0' } as const
    expect(choose(two, options, 0, by)).toMatchObject({ choice: 'a', tie_broken_by: 'c0' })
    expect(choose(two, options, 0.1, by)).toMatchObject({ choice: null, ties: ['a', 'b'] })
  })

  it('leaves a tie standing that the criterion does not break', () => {
    const options = [option('a', 0.5, 0.5), option('b', 0.5, 0.5)]
    const found = choose(two, options, 0, { by: 'criterion', criterion: 'c1' })
    expect(found).toMatchObject({ choice: null, ties: ['a', 'b'], tie_broken_by: null })
  })

  it('breaks by a criterion of which less is better towards less', () => {
    const criteria = [criterion('c0', { range: [10, 0] }), criterion('c1')]
    const options = [option('a', 4, 0.6), option('b', 6, 0.8)]
    const by = { by: 'criterion', criterion: 'c0' } as const
    expect(choose(criteria, options, 0, by)).toMatchObject({ ties: ['a', 'b'], choice: 'a' })
  })

  // A tiny weight and a range that clips: both have the same total, and one is better all the same.
  it('never chooses a dominated option, not even at the same total', () => {
    const criteria = [criterion('c0', { range: [0, 10] }), criterion('c1')]
    const found = choose(criteria, [option('b', 11, 0.5), option('a', 12, 0.5)], 0, { by: 'first' })
    expect(found).toMatchObject({ choice: 'a', ties: [] })
    expect(found.ranking[1]).toMatchObject({ id: 'b', dominated_by: 'a' })
  })
})

const world = fc
  .record({
    weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    rows: fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 7,
    }),
    min: fc.constantFrom(null, 0.25, 0.5),
    less: fc.boolean(),
  })
  .map(({ weights, rows, min, less }) => ({
    criteria: weights.map((weight, i) =>
      criterion(`c${i}`, { weight, ...(i === 0 ? { min, range: less ? ([1, 0] as const) : null } : {}) }),
    ),
    options: rows.map((row, i) => option(`o${i}`, ...row.slice(0, weights.length).map((n) => n / 4))),
  }))

describe('whatever the options are', () => {
  it('none that is chosen breaks a bound or is dominated, by brute force', () =>
    fc.assert(
      fc.property(world, ({ criteria, options }) => {
        const { choice } = choose(criteria, options, 0, { by: 'first' })
        const keeps = (o: Scored) => (criteria[0]?.min ?? -1) <= (o.scores.c0 as number)
        const good = options.filter(keeps)
        expect(choice === null).toBe(good.length === 0)
        const chosen = good.find(({ id }) => id === choice)
        expect(chosen?.id ?? null).toBe(choice)
        if (!chosen) return
        const value = (o: Scored, c: Criterion) => (c.range ? -1 : 1) * (o.scores[c.name] as number)
        const dominating = good.filter(
          (o) =>
            criteria.every((c) => value(o, c) >= value(chosen, c)) &&
            criteria.some((c) => value(o, c) > value(chosen, c)),
        )
        expect(dominating).toEqual([])
      }),
    ))

  it('their order changes nothing but what "first" means', () =>
    fc.assert(
      fc.property(world, fc.integer({ min: 0, max: 6 }), ({ criteria, options }, turn) => {
        const turned = [
          ...options.slice(turn % options.length),
          ...options.slice(0, turn % options.length),
        ].reverse()
        const [here, there] = [choose(criteria, options), choose(criteria, turned)]
        // Who of several dominates is told is the first: that alone follows the order.
        const plain = ({ ranking, ...rest }: Selection) => ({
          ...rest,
          ranking: ranking.map(({ id, total }) => [id, total]),
        })
        expect(plain(there)).toEqual(plain(here))
      }),
    ))
})
