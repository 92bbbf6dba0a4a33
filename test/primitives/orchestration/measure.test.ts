import fc from 'fast-check'
import { variance as independent } from 'simple-statistics'
import { describe, expect, it } from 'vitest'
import { consensusOf, spreadOf } from '../../../src/primitives/orchestration/decide/measure.ts'

describe('consensus', () => {
  it('is 1.0 and high of identical results, 0 and low of disjoint ones', () => {
    expect(consensusOf(['saw the plank', 'Saw the plank!'])).toEqual({ agreement: 1, label: 'high', n: 2 })
    expect(consensusOf(['saw the plank', 'paint a fence'])).toEqual({ agreement: 0, label: 'low', n: 2 })
  })

  it('knows nothing of fewer than two results, or of results without words', () => {
    expect(consensusOf([])).toEqual({ agreement: null, label: 'insufficient_data', n: 0 })
    expect(consensusOf(['alone'])).toEqual({ agreement: null, label: 'insufficient_data', n: 1 })
    expect(consensusOf(['', '—'])).toEqual({ agreement: null, label: 'insufficient_data', n: 2 })
  })

  it.each([
    ['a b c d e f g', 'a b c d e f g h i j', 0.7, 'medium'],
    ['a b c d e f g h', 'a b c d e f g h i j', 0.8, 'high'],
    ['a b', 'a b c d e', 0.4, 'low'],
    ['a b c', 'a b c d e', 0.6, 'medium'],
  ])('%s and %s agree to %d: %s', (a, b, agreement, label) => {
    expect(consensusOf([a, b])).toMatchObject({ agreement, label })
  })

  it('does not depend on the order of the results', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (texts) => {
        expect(consensusOf([...texts].reverse())).toEqual(consensusOf(texts))
      }),
    )
  })
})

describe('the spread of scores', () => {
  it('is .06 of .9, .6 and .3', () => {
    expect(spreadOf([0.9, 0.6, 0.3])).toEqual({ mean: 0.6, variance: 0.06, n: 3 })
  })

  it('is nothing without scores', () => {
    expect(spreadOf([])).toEqual({ mean: null, variance: null, n: 0 })
  })

  it('equals that of an independent implementation', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 50 }), (scores) => {
        expect(spreadOf(scores).variance).toBeCloseTo(independent(scores), 5)
      }),
    )
  })
})
