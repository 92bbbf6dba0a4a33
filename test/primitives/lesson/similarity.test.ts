import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bagOf, similarities } from '../../../src/primitives/lesson/decide/similarity.ts'
import { wordsOf } from '../../../src/primitives/lesson/decide/words.ts'

describe('the words of a text', () => {
  it.each([
    ['Compare the PDF parsers, please!', ['compare', 'pdf', 'parser', 'please']],
    ['Queries, boxes and classes of the bus', ['query', 'box', 'class', 'bus']],
    ['Café CAFÉ', ['cafe', 'cafe']],
    ['the of and', []],
    ['发票解析', ['发票', '票解', '解析']],
  ])('of "%s" are %j', (text, words) => expect(wordsOf(text)).toEqual(words))
})

describe('similarity', () => {
  const of = (query: string, ...texts: string[]) => similarities(bagOf(query), texts.map(bagOf))

  /** By hand: two texts, idf(shared) = ln(3/3) + 1 = 1, idf(in one) = ln(3/2) + 1, idf(in none) = ln 3 + 1. */
  it('is the cosine that one finds by hand', () => {
    const one = Math.log(3 / 2) + 1
    const [first, second] = of('red fox', 'red hen', 'red fox')
    expect(first).toBeCloseTo(1 / Math.sqrt(1 + one ** 2) / Math.sqrt(1 + one ** 2), 12)
    expect(second).toBeCloseTo(1, 12)
  })

  it('is 0 where no telling word is shared, and where there are no words', () => {
    expect(of('paint the fence', 'fix the server', '', 'the')).toEqual([0, 0, 0])
    expect(of('', 'fix the server')).toEqual([0])
  })

  it('counts a rare word for more than a common one', () => {
    const [rare, common] = of(
      'invoice report',
      'invoice summary',
      'report weekly',
      'report daily',
      'report yearly',
    )
    expect(rare).toBeGreaterThan(common as number)
  })

  it('lies between 0 and 1, and is 1 for a text and itself', () => {
    const text = fc
      .array(fc.constantFrom('fox', 'hen', 'dog', 'cow', 'pig'), { minLength: 1 })
      .map((w) => w.join(' '))
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [[ab], [aa]] = [of(a, b), of(a, a)] as [[number], [number]]
        expect(ab).toBeGreaterThanOrEqual(0)
        expect(ab).toBeLessThanOrEqual(1)
        expect(aa).toBeCloseTo(1, 9)
      }),
    )
  })
})
