import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify, guessedTypes, lengthBounds, lengths } from '../../../src/primitives/policy/classify.ts'
import { complexities } from '../../../src/primitives/policy/complexity.ts'
import { priorities } from '../../../src/primitives/task/priority.ts'

const of = (text: string, more: Partial<Parameters<typeof classify>[0]> = {}) =>
  classify({ text, priority: 'normal', ...more })

describe('the class of a request', () => {
  it('differs for the same text short, long and urgent', () => {
    const text = 'Summarise the minutes.'
    const short = of(text)
    const long = of(text, { contextCharacters: 40_000 })
    const urgent = of(text, { priority: 'urgent' })
    expect(short).toMatchObject({ length: 'short', urgency: 'normal' })
    expect(long).toMatchObject({ length: 'long', urgency: 'normal' })
    expect(urgent).toMatchObject({ length: 'short', urgency: 'urgent' })
    const classes = [short, long, urgent].map(({ length, urgency }) => `${length} ${urgency}`)
    expect(new Set(classes).size).toBe(3)
  })

  it.each([
    [4 * lengthBounds.short, 'short'],
    [4 * lengthBounds.short + 1, 'medium'],
    [4 * lengthBounds.medium, 'medium'],
    [4 * lengthBounds.medium + 1, 'long'],
  ])('%i ASCII characters are %s', (characters, length) => {
    expect(of('x'.repeat(characters))).toMatchObject({ characters, length })
  })

  it('counts a character beyond ASCII as a token', () => {
    expect(of('漢'.repeat(200))).toMatchObject({ characters: 200, tokens: 200, length: 'medium' })
  })

  it.each([
    ['Fix it ASAP', 'normal', 'urgent'],
    ['Do it right now, please', 'low', 'urgent'],
    ['Needed today', 'normal', 'high'],
    ['Needed today', 'urgent', 'urgent'],
    ['This is not urgent at all', 'normal', 'low'],
    ["It isn't very urgent", 'high', 'low'],
    ['No rush', 'background', 'background'],
    ['Describe the insurgents', 'normal', 'normal'],
    ['Write a report', 'high', 'high'],
  ] as const)('"%s" at priority %s is %s', (text, priority, urgency) => {
    expect(of(text, { priority }).urgency).toBe(urgency)
  })

  it.each([
    ['Refactor the parser function in src/parse.ts', 'code'],
    ['Analyse the sales statistics and compare the trends', 'analysis'],
    ['Research the literature and cite five papers', 'research'],
    ['Write a story and a poem about the sea', 'creative'],
    ['What is the capital of France?', 'question'],
    ['Lunch', 'other'],
  ])('"%s" is %s', (text, type) => {
    const { type: guess, type_confidence } = of(text)
    expect(guess).toBe(type)
    if (type === 'other') expect(type_confidence).toBe(0)
    else expect(type_confidence).toBeGreaterThan(0.5)
  })

  it('takes the type that was given', () => {
    expect(of('Write a poem', { type: 'legal' })).toMatchObject({ type: 'legal', type_confidence: 1 })
  })

  it.each([
    ['Fix the typo', 'simple', 2],
    ['Implement and test it', 'moderate', 4],
    ['Optimise the algorithm', 'complex', 6],
    ['Design a distributed platform', 'expert', 9],
    [`Explain ${'it '.repeat(50)}`, 'simple', 2],
    [`Explain ${'it '.repeat(100)}`, 'moderate', 3],
  ] as const)('text %# is %s', (text, level, score) => {
    const { complexity, complexity_score, complexity_reasons } = of(text)
    expect({ complexity, complexity_score }).toEqual({ complexity: level, complexity_score: score })
    const sum = complexity_reasons.reduce((total, reason) => total + Number(reason.slice(0, 2)), 0)
    expect(sum).toBe(score)
  })

  it('is the same each time, and always one there is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.constantFrom(...priorities),
        fc.nat(100_000),
        (text, priority, contextCharacters) => {
          const given = { text, priority, contextCharacters }
          const one = classify(given)
          expect(classify({ ...given })).toEqual(one)
          expect(lengths).toContain(one.length)
          expect(priorities).toContain(one.urgency)
          expect(guessedTypes).toContain(one.type)
          expect(complexities).toContain(one.complexity)
          expect(one.type_confidence).toBeGreaterThanOrEqual(0)
          expect(one.type_confidence).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it.each([['not '], ['a-'], ['?\n'], ['f('], ['x.'], ['0_']])(
    'does not take long over 100,000 characters of "%s"',
    (piece) => {
      const before = process.cpuUsage()
      of(piece.repeat(100_000 / piece.length))
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500)
    },
  )
})
