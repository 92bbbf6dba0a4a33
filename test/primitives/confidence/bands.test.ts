import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bandOf, scopesIn, thresholdFor } from '../../../src/primitives/confidence/decide.ts'

describe('the bands of confidence', () => {
  it.each([
    [0.9, 'autonomous'],
    [0.8999, 'logged'],
    [0.8, 'logged'],
    [0.7999, 'validated'],
    [0.7, 'validated'],
    [0.6999, 'escalated'],
    [1, 'autonomous'],
    [0, 'escalated'],
  ] as const)('put %d into %s', (confidence, band) => {
    expect(bandOf(confidence)).toBe(band)
  })

  it('are stricter where the threshold is: what lies below it goes to a person, the rest stays where it was', () => {
    expect([0.78, 0.7999, 0.8, 0.9].map((one) => bandOf(one, 0.8))).toEqual([
      'escalated',
      'escalated',
      'logged',
      'autonomous',
    ])
    expect(bandOf(0.94, 0.95)).toBe('escalated')
  })

  it('never fall as confidence rises, whatever the threshold', () => {
    const rank = ['escalated', 'validated', 'logged', 'autonomous']
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, share, share, (a, b, below) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        return rank.indexOf(bandOf(less, below)) <= rank.indexOf(bandOf(more, below))
      }),
    )
  })
})

describe('the threshold of a task', () => {
  it('is 0.7, and the strictest of those that hold for its scopes', () => {
    expect(thresholdFor({}, ['cross_agent'])).toBe(0.7)
    expect(thresholdFor({ cross_agent: 0.8 }, [])).toBe(0.7)
    expect(thresholdFor({ cross_agent: 0.8, risky: 0.85 }, ['cross_agent', 'risky', 'else'])).toBe(0.85)
    expect(thresholdFor({ default: 0.75, easy: 0.7 }, ['easy'])).toBe(0.75)
    expect(thresholdFor({}, ['constructor', '__proto__'])).toBe(0.7)
  })

  it('takes scopes from what the author of the task said, and from nothing else', () => {
    expect(scopesIn({ scope: 'cross_agent', tags: ['a', 7, 'a', 'x'.repeat(101)] })).toEqual([
      'cross_agent',
      'a',
    ])
    expect([scopesIn(null), scopesIn('cross_agent'), scopesIn({ tags: 'a' })]).toEqual([[], [], []])
  })
})
