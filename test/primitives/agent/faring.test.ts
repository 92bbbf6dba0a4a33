import { describe, expect, it } from 'vitest'
import {
  degradation,
  lostInARow,
  type Outcome,
  rateFell,
  recovered,
  timeGrew,
} from '../../../src/primitives/agent/decide/faring.ts'
import { Random } from '../../support/random.ts'

/** Outcomes by a letter each: `+` done, `-` failed, `!` lost; all took `ms`. */
const came = (letters: string, ms = 1_000, from = 1): readonly Outcome[] =>
  [...letters].map((letter, i) => ({
    seq: from + i,
    what: letter === '+' ? 'done' : letter === '-' ? 'failed' : 'lost',
    ms: letter === '+' ? ms : 0,
  }))
const followed = (before: readonly Outcome[], letters: string, ms = 1_000) => [
  ...before,
  ...came(letters, ms, before.length + 1),
]
const many = (done: number, failed: number) => came('+'.repeat(done) + '-'.repeat(failed))

describe('a success rate', () => {
  it('has fallen when it did by more than .10, not by .10', () => {
    expect(rateFell(many(900, 100), many(1_000, 0))).toBeUndefined()
    expect(rateFell(many(899, 101), many(1_000, 0))).toMatchObject({
      now: 0.899,
      before: 1,
      n: [1_000, 1_000],
    })
    // 1 − 0.9 and 0.8 − 0.7 are not .1 to a machine.
    expect(rateFell(many(700, 300), many(800, 200))).toBeUndefined()
    expect(rateFell(many(699, 301), many(800, 200))).toBeDefined()
  })

  it('has not when chance makes it as likely as .001', () => {
    // .0015, and .0004.
    expect(rateFell(many(3, 7), many(10, 0))).toBeUndefined()
    expect(rateFell(many(2, 8), many(10, 0))?.chance).toBeCloseTo(45 / 125_970, 10)
  })
})

describe('the time to a success', () => {
  const always = (middle: number) => Array.from({ length: 20 }, () => middle)

  it('has grown when its median did by more than 10 %, not by 10 %', () => {
    expect(timeGrew(always(1_100), always(1_000))).toBeUndefined()
    expect(timeGrew(always(1_101), always(1_000))).toMatchObject({ now: 1_101, before: 1_000, n: [20, 20] })
    expect(timeGrew(always(11), always(10))).toBeUndefined()
  })

  it('has not when the two overlap as by chance', () => {
    const before = [100, 300, 500, 700, 900, 1_100, 1_300, 1_500, 1_700, 1_900]
    expect(
      timeGrew(
        before.map((ms) => ms + 150),
        before,
      ),
    ).toBeUndefined()
  })
})

describe('an agent', () => {
  it('is judged from twenty outcomes on', () => {
    expect(degradation(followed(came('+'.repeat(9)), '-'.repeat(10)))).toBeUndefined()
    const worse = degradation(followed(came('+'.repeat(10)), '-'.repeat(10)))
    expect(worse).toMatchObject({ rate: { now: 0, before: 1, n: [10, 10] }, since: 11 })
    expect(worse?.time).toBeUndefined()
  })

  it('has the newest ten held against at most forty before them', () => {
    const long = followed(came('-'.repeat(60)), '+'.repeat(40))
    expect(degradation(followed(long, `${'+'.repeat(6)}----`))).toMatchObject({
      rate: { n: [10, 40], before: 1 },
    })
  })

  it('is slower when its newest ten successes are, whatever failed between them', () => {
    const before = came('+-'.repeat(10), 100)
    expect(degradation(followed(before, '+-'.repeat(9), 150))).toBeUndefined()
    expect(degradation(followed(before, '+-'.repeat(10), 150))).toMatchObject({
      time: { now: 150, before: 100 },
    })
  })

  it('has recovered once no figure is over its bound against the outcomes of before', () => {
    const asked = followed(came('+'.repeat(20)), '------++++')
    const at = asked.length + 1
    const then = (letters: string) => [...asked, ...came(letters, 1_000, at + 1)]
    expect(degradation(asked)).toBeDefined()
    expect(recovered(asked, at)).toBe(false)
    // Two failures among the newest ten are still .2 less than before; one is .1.
    expect(recovered(then('++++'), at)).toBe(false)
    expect(recovered(then('+++++'), at)).toBe(true)
    expect(recovered(then('+++++'), 12)).toBe(false)
  })

  it('that became slow has recovered once it is as fast again', () => {
    const asked = followed(came('+'.repeat(20), 100), '+'.repeat(10), 200)
    const then = (count: number) => [...asked, ...came('+'.repeat(count), 100, 32)]
    expect(degradation(asked)).toMatchObject({ time: { now: 200, before: 100 } })
    expect([recovered(then(5), 31), recovered(then(6), 31)]).toEqual([false, true])
  })

  it('is lost with the third claim in a row that runs out', () => {
    expect(lostInARow(came('++!!'))).toBeUndefined()
    expect(lostInARow(came('!!+!!'))).toBeUndefined()
    expect(lostInARow(came('+!!!'))).toEqual({ count: 3, since: 2 })
    expect(lostInARow(came('+!!!!!'))).toEqual({ count: 5, since: 4 })
    expect(lostInARow([])).toBeUndefined()
  })

  it('that stays as it is is rarely taken for a worse one: fewer than 1 in 10 in a hundred outcomes', () => {
    const dice = new Random(7)
    const alarmed = Array.from({ length: 200 }, () => {
      const lived = Array.from({ length: 100 }, (_, i): Outcome => {
        const done = dice.next() < 0.8
        return { seq: i + 1, what: done ? 'done' : 'failed', ms: done ? 500 + 1_000 * dice.next() : 0 }
      })
      return lived.some((_, i) => degradation(lived.slice(0, i + 1)) !== undefined)
    }).filter(Boolean).length
    expect(alarmed).toBeLessThan(20)
  })
})
