import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byExperience, kindOf, leavesRoom } from '../../../src/primitives/confidence/decide/experience.ts'
import { bandOf } from '../../../src/primitives/confidence/decide.ts'

/** So many decisions to accept, and so many against. */
const people = (accepted: number, refused = 0) => ({
  accepted: Array.from({ length: accepted }, (_, i) => 10 + i),
  refused: Array.from({ length: refused }, (_, i) => 1_000 + i),
})
const passes = (confidence: number, context: unknown, experience: Parameters<typeof byExperience>[2]) =>
  'through' in byExperience(confidence, context, experience)

describe('experience in the place of a person', () => {
  it('needs five decisions: four are insufficient data', () => {
    expect(byExperience(0.8, null, people(4))).toEqual({
      kept: 'insufficient data: 4 of 5 decisions on results of its kind',
    })
    expect(byExperience(0.8, null, people(5))).toMatchObject({ through: { n: 5, share: 1 } })
    expect(byExperience(0.8, null, people(0))).toMatchObject({
      kept: expect.stringContaining('insufficient'),
    })
    expect(byExperience(0.8, null, undefined)).toMatchObject({
      kept: expect.stringContaining('insufficient'),
    })
  })

  it('needs more than nine in ten of them to accept', () => {
    expect(byExperience(0.8, null, people(9, 1))).toEqual({
      kept: 'people accepted 9 of 10 results of its kind as they were; over 0.9 is needed',
    })
    expect(byExperience(0.8, null, people(10, 1))).toMatchObject({ through: { n: 11, share: 10 / 11 } })
    expect(passes(0.8, null, people(4, 1))).toBe(false)
  })

  it('lets nothing through below .75, nor below .85 where the risk is over .7', () => {
    const at = (confidence: number, context: unknown = null) => passes(confidence, context, people(50))
    expect([at(0.7499), at(0.75)]).toEqual([false, true])
    expect([at(0.8, { risk: 0.7 }), at(0.8, { risk: 0.71 })]).toEqual([true, false])
    expect([at(0.8499, { risk: 0.71 }), at(0.85, { risk: 0.71 })]).toEqual([false, true])
    // What is no number may be anything.
    expect([at(0.8, { risk: 'high' }), at(0.8, { risk: Number.NaN }), at(0.8, { risk: null })]).toEqual([
      false,
      false,
      false,
    ])
    expect(at(0.8, { hazard: 1 })).toBe(true)
  })

  it('says what it rests on, and lifts the stricter threshold alone', () => {
    expect(
      byExperience(0.79, null, { accepted: [3, 9, 12, 20, 40, 41, 42, 43, 44, 45], refused: [7] }),
    ).toEqual({
      band: 'validated',
      through: {
        why: 'people accepted 10 of 11 results of its kind as they were',
        n: 11,
        share: 10 / 11,
        rests_on: [3, 7, 9, 12, 20, 40, 41, 42, 43, 44, 45],
      },
    })
    expect(byExperience(0.8, null, people(5))).toMatchObject({ band: 'logged' })
    expect(byExperience(0.9, null, people(5))).toMatchObject({ band: 'autonomous' })
  })

  it('is never less strict than the bands without a scope; more confidence never hurts, a refusal never helps', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.nat(60),
        fc.nat(60),
        (a, b, risk, accepted, refused) => {
          const [low, high] = a < b ? [a, b] : [b, a]
          const context = { risk }
          const judged = byExperience(low, context, people(accepted, refused))
          if ('through' in judged) {
            expect(judged.band).toBe(bandOf(low))
            expect(low).toBeGreaterThanOrEqual(risk > 0.7 ? 0.85 : 0.75)
            expect(judged.through.n).toBe(accepted + refused)
            expect(judged.through.share).toBeGreaterThan(0.9)
            expect(passes(high, context, people(accepted, refused))).toBe(true)
          } else expect(passes(low, context, people(accepted, refused + 1))).toBe(false)
        },
      ),
    ))
})

describe('the kind of a result', () => {
  const place = { arm: 'mender|client|-', type: 'code', length: 'short' } as const
  const kind = (context: unknown, more: object = {}) =>
    kindOf({ ...place, ...more }, { thresholds: { default: 0.8, prod: 0.9, cross_agent: 0.8 }, context })

  it('is who did it, what kind of task it was, and the scopes that the run treats more strictly', () => {
    expect(kind(null)).toBe('mender|client|-|code|default')
    expect(kind({ scope: 'lunch' })).toBe(kind(null))
    expect(kind({ scope: 'prod', tags: ['cross_agent'] })).toBe('mender|client|-|code|cross_agent+prod')
    expect(kind({ tags: ['prod', 'cross_agent'] })).toBe(kind({ tags: ['cross_agent', 'prod'] }))
    expect(kind(null, { length: 'long' })).toBe(kind(null))
    expect(
      new Set([kind(null), kind(null, { type: 'text' }), kind(null, { arm: 'x' }), kind({ scope: 'prod' })])
        .size,
    ).toBe(4)
  })
})

describe('thresholds', () => {
  it('leave experience something to lift where one is over .75', () => {
    expect([null, {}, { default: 0.75 }, { default: 0.75, prod: 0.76 }].map(leavesRoom)).toEqual([
      false,
      false,
      false,
      true,
    ])
  })
})
