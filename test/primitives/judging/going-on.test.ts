import { describe, expect, it } from 'vitest'
import { decideContinue } from '../../../src/primitives/judging/decide/continuing.ts'
import { heuristicQuality, qualityFrom, thresholds } from '../../../src/primitives/judging/decide/quality.ts'
import { roundsOf } from '../../../src/primitives/judging/decide/rounds.ts'

const live = (more: Record<string, number | null> = {}) => ({
  rounds: 0,
  elapsed_ms: 0,
  rounds_without_improvement: null,
  ...more,
})

describe('limits', () => {
  it.each([
    ['max_rounds', { max_rounds: 3 }, 'rounds', 3],
    ['max_ms', { max_ms: 1_000 }, 'elapsed_ms', 1_000],
    ['patience', { patience: 2 }, 'rounds_without_improvement', 2],
  ])('%s stops at exactly its number', (_, limits, name, at) => {
    expect(decideContinue(limits, live({ [name]: at - 1 }), undefined).continue).toBe(true)
    const stopped = decideContinue(limits, live({ [name]: at }), undefined)
    expect(stopped.continue).toBe(false)
    expect(stopped.reason).toContain(name)
  })

  it('outweigh a condition that still holds, or cannot be told', () => {
    const at = live({ rounds: 3 })
    expect(decideContinue({ max_rounds: 3 }, at, { value: true }).continue).toBe(false)
    expect(decideContinue({ max_rounds: 3 }, at, { missing: ['x'] }).continue).toBe(false)
    expect(decideContinue({ max_rounds: 4 }, at, { missing: ['x'] })).toMatchObject({
      continue: null,
      reason: 'insufficient data: x has no samples',
    })
    expect(decideContinue({ max_rounds: 4 }, at, { value: false }).continue).toBe(false)
  })

  it('do not count what is not there as 0', () => {
    expect(decideContinue({ patience: 1 }, live(), undefined).continue).toBe(true)
  })
})

describe('rounds', () => {
  it.each([
    ['none yet', [], 0, { rounds: 0, best: null, last: null, withoutImprovement: null }],
    ['the first', [0.5], 0, { rounds: 1, best: 0.5, last: 0.5, withoutImprovement: 0 }],
    ['rising', [0.5, 0.6, 0.7], 0, { rounds: 3, best: 0.7, last: 0.7, withoutImprovement: 0 }],
    ['equal', [0.5, 0.5], 0, { withoutImprovement: 1 }],
    ['falling', [0.5, 0.4, 0.3], 0, { best: 0.5, last: 0.3, withoutImprovement: 2 }],
    ['nothing that passed', [0.5, null], 0, { rounds: 2, best: 0.5, last: null, withoutImprovement: 1 }],
    ['nothing that ever passed', [null, null], 0, { best: null, withoutImprovement: 2 }],
    ['a rise of exactly the least', [0.6, 0.7], 0.1, { withoutImprovement: 0 }],
    ['a rise just below it', [0.6, 0.6999], 0.1, { withoutImprovement: 1, best: 0.6999 }],
    ['small rises that add up', [0.6, 0.65, 0.7], 0.1, { withoutImprovement: 0 }],
  ])('%s', (_, totals, least, expected) => {
    expect(roundsOf(totals, least)).toMatchObject(expected)
  })
})

const task = 'Write a function that adds the prices of all items in a basket and returns the total in cents.'
const good = `/** Adds the prices of all items in a basket. Returns the total in cents. */
export function totalOf(basket) {
  let total = 0
  for (const item of basket.items) {
    if (typeof item.price !== 'number') throw new Error('an item has no price')
    total += Math.round(item.price * 100) * item.count
  }
  return total
}

export function describeTotal(basket) {
  const cents = totalOf(basket)
  return 'The total is ' + (cents / 100).toFixed(2) + ' for ' + basket.items.length + ' items'
}`

describe('the heuristic of quality', () => {
  const score = (text: string, kind: 'code' | 'docs' = 'code') => heuristicQuality(text, task, kind)

  it('is 0 for nothing, and asks for a fallback', () => {
    expect(score(' \n')).toMatchObject({ score: 0, needs_fallback: true, issues: ['it is empty'] })
  })

  it('puts good over mediocre over gibberish, and says that it guesses', () => {
    const [best, middling, worst] = [
      score(good),
      score('function total(items) {\n  return items.length\n}'),
      score('qwrt zxcv plok mnbv'),
    ]
    expect(best.score).toBeGreaterThan(middling.score)
    expect(middling.score).toBeGreaterThan(worst.score)
    expect([best.needs_fallback, middling.needs_fallback, worst.needs_fallback]).toEqual([false, true, true])
    expect(best.source).toBe('heuristic')
    expect(Object.keys(best.components ?? {})).toEqual(['length', 'relevance', 'structure', 'ending'])
  })

  it('puts broken code below code that holds together', () => {
    for (const broken of [good.slice(0, -2), `${good}}`, good.replace('(basket)', '(basket')]) {
      const found = score(broken)
      expect(found.score).toBeLessThan(score(good).score)
      expect(found.issues.join()).toMatch(/close/)
    }
  })

  it('looks past brackets in strings and comments', () => {
    const text = `${good}\n// don't count ( this\nconst sign = "(" + '[' + \`{\`\n# nor ) that\nit's {}`
    expect(score(text).issues.join()).not.toMatch(/close/)
  })

  it('takes time in proportion to the text', () => {
    for (const text of ['/* ', '"""', '\n', '((', ' \t', '`\\', "'a "].map((part) => part.repeat(300_000))) {
      const before = process.cpuUsage()
      score(text)
      score(text, 'docs')
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
    }
  })

  it.each(Object.entries(thresholds))('%s: exactly the threshold %d is enough', (kind, threshold) => {
    const at = (value: number) => qualityFrom(value, 'given', kind as 'code')
    expect(at(threshold)).toMatchObject({
      score: threshold,
      source: 'given',
      needs_fallback: false,
      issues: [],
    })
    expect(at(threshold - 0.0001).needs_fallback).toBe(true)
  })
})
