import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { assessAll } from '../../../src/primitives/judging/decide/weigh.ts'
import type { Assessment, Criterion } from '../../../src/primitives/judging/terms.ts'
import { exactTotal } from './independent.ts'

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
const judged = (...given: Parameters<typeof assessAll>): readonly Assessment[] => {
  const found = assessAll(...given)
  if (found instanceof Failure) throw found
  return found
}

const thousandths = (least: number) => fc.integer({ min: least, max: 1_000 }).map((n) => n / 1_000)
const sheet = fc.array(fc.record({ score: thousandths(0), weight: thousandths(1) }), {
  minLength: 1,
  maxLength: 8,
})

describe('weighing', () => {
  it('gives the hand-computed total, each contribution, and who passed', () => {
    const criteria = [criterion('truth', { weight: 3, min: 0.7 }), criterion('style')]
    const [a, b] = judged(criteria, [
      { id: 'a', scores: { truth: 0.8, style: 0.4 } },
      { id: 'b', scores: { truth: 0.69, style: 1 } },
    ])
    expect(a?.total).toBeCloseTo(0.7, 12)
    expect(a?.contributions.map(({ share }) => share)).toEqual([
      expect.closeTo(0.6, 12),
      expect.closeTo(0.1, 12),
    ])
    expect([a?.passed, b?.passed]).toEqual([true, false])
    expect(b?.contributions.map(({ passed }) => passed)).toEqual([false, true])
  })

  it.each([
    [0.7, true],
    [0.6999999, false],
  ])('min .7 with %d: %s', (value, passed) => {
    expect(judged([criterion('c', { min: 0.7 })], [{ id: 'a', scores: { c: value } }])[0]?.passed).toBe(
      passed,
    )
  })

  it.each([
    [3, true],
    [3.0001, false],
  ])('max 3 with %d: %s, by the value as given', (value, passed) => {
    const cost = criterion('cost', { max: 3, range: [10, 0] })
    expect(judged([cost], [{ id: 'a', scores: { cost: value } }])[0]?.passed).toBe(passed)
  })

  it.each([
    [10, 0],
    [12, 0],
    [0, 1],
    [-1, 1],
    [2.5, 0.75],
  ])('a range of 10 to 0 takes %d as %d', (value, score) => {
    const cost = criterion('cost', { range: [10, 0] })
    expect(judged([cost], [{ id: 'a', scores: { cost: value } }])[0]?.total).toBeCloseTo(score, 12)
  })

  it('equals exact arithmetic, and never leaves 0 to 1', () =>
    fc.assert(
      fc.property(sheet, (parts) => {
        const criteria = parts.map(({ weight }, i) => criterion(`c${i}`, { weight }))
        const scores = Object.fromEntries(parts.map(({ score }, i) => [`c${i}`, score]))
        const total = judged(criteria, [{ id: 'a', scores }])[0]?.total as number
        expect(total).toBeCloseTo(exactTotal(parts), 12)
        expect(total >= 0 && total <= 1).toBe(true)
      }),
    ))

  it('is the same in any order of criteria, and with all weights times anything', () =>
    fc.assert(
      fc.property(sheet, fc.integer({ min: 1, max: 1_000 }), (parts, times) => {
        const criteria = parts.map(({ weight }, i) => criterion(`c${i}`, { weight }))
        const options = [
          { id: 'a', scores: Object.fromEntries(parts.map(({ score }, i) => [`c${i}`, score])) },
        ]
        const scaled = criteria.map((one) => ({ ...one, weight: one.weight * times })).reverse()
        expect(judged(scaled, options)[0]?.total).toBeCloseTo(
          judged(criteria, options)[0]?.total as number,
          12,
        )
      }),
    ))

  it('names option and criterion of what is missing, unknown or out of range', () => {
    const criteria = [criterion('truth'), criterion('style')]
    const refusal = (scores: Record<string, number>) => assessAll(criteria, [{ id: 'a', scores }])
    expect(refusal({ truth: 1 })).toMatchObject({
      code: 'invalid_argument',
      details: { option: 'a', criterion: 'style' },
    })
    expect(refusal({ truth: 1, stile: 1 })).toMatchObject({
      hint: expect.stringContaining('Did you mean style?'),
      details: { option: 'a', criterion: 'stile', known: ['truth', 'style'] },
    })
    expect(refusal({ truth: 1.01, style: 1 })).toMatchObject({ details: { option: 'a', criterion: 'truth' } })
    expect(refusal({ truth: Number.NaN, style: 1 })).toBeInstanceOf(Failure)
    expect(refusal(JSON.parse('{"truth": 1, "constructor": 1}'))).toMatchObject({
      details: { criterion: 'constructor' },
    })
  })

  it.each([
    ['no criteria', []],
    ['a name twice', [criterion('a'), criterion('a')]],
    ['a weight of 0', [criterion('a', { weight: 0 })]],
    ['a weight that is no number', [criterion('a', { weight: Number.NaN })]],
    ['bounds upside down', [criterion('a', { min: 0.8, max: 0.2 })]],
    ['a range of nothing', [criterion('a', { range: [1, 1] })]],
  ])('refuses %s', (_, criteria) => {
    expect(assessAll(criteria, [{ id: 'x', scores: { a: 0.5 } }])).toBeInstanceOf(Failure)
  })

  it('refuses no options, and an option twice', () => {
    expect(assessAll([criterion('a')], [])).toBeInstanceOf(Failure)
    const one = { id: 'x', scores: { a: 1 } }
    expect(assessAll([criterion('a')], [one, one])).toBeInstanceOf(Failure)
  })
})
