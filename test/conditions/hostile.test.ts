import { afterAll, describe, expect, it } from 'vitest'
import { compile, evaluate, evaluateBoxed, isProblem } from '../../src/conditions/engine.ts'
import type { Names } from '../../src/conditions/terms.ts'
import { hostile } from './corpus.ts'

const names = {
  s: 'string',
  n: 'int',
  d: 'double',
  xs: { list: 'double' },
  ss: { list: 'string' },
  m: { map: 'dyn' },
  any: 'dyn',
  task: { fields: { length: 'string' } },
} as const satisfies Names

const long = 'a'.repeat(20_000)
const values = {
  s: `${long}!`,
  n: 9_007_199_254_740_991,
  d: 1e308,
  xs: [...Array(3_000).keys()],
  ss: Array(500).fill('aaaaaaaaaa!'),
  m: JSON.parse(
    '{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}, "toString": "no", "then": 1}',
  ),
  any: JSON.parse('{"__proto__": [1], "hasOwnProperty": null, "length": -1, "valueOf": {"x": 1}}'),
  task: { length: 'short' },
}

/** A getter that would tell that text was run as JavaScript. */
const reached: string[] = []
Object.defineProperty(globalThis, 'pwned', { configurable: true, get: () => reached.push('global') })
afterAll(() => {
  Reflect.deleteProperty(globalThis, 'pwned')
})

describe('hostile conditions', () => {
  it('are more than fifty, each another', () => {
    expect(new Set(hostile).size).toBe(hostile.length)
    expect(hostile.length).toBeGreaterThanOrEqual(50)
  })

  it.each(hostile.map((text) => [JSON.stringify(text).slice(0, 70), text] as const))(
    '%s',
    async (_, text) => {
      const before = process.cpuUsage()
      const condition = compile(text, names)
      const inline = isProblem(condition) ? { problem: condition } : evaluate(condition, values)
      const { user } = process.cpuUsage(before)
      // Of this process, so that a busy machine does not count; the bound holds with the code still cold.
      expect(user / 1_000).toBeLessThan(250)
      expect('value' in inline ? typeof inline.value : inline.problem.kind).toMatch(/^[a-z_]+$/)
      if (isProblem(condition)) return
      const from = performance.now()
      const boxed = await evaluateBoxed(condition, values)
      expect(performance.now() - from).toBeLessThan(5_000)
      // What costs too much beside other calls may come to an end in a box.
      const costly = 'problem' in inline && inline.problem.kind === 'too_costly'
      if ('value' in boxed && condition.kind === 'inline' && !costly) expect(boxed).toEqual(inline)
      if ('problem' in boxed) expect(boxed.problem.message).not.toMatch(/node_modules|\bat \S+:\d+/)
    },
  )

  it('searches for no text in another for long, and counts that wherever it stands', async () => {
    const t = 'a'.repeat(66_000)
    const p = `${'a'.repeat(100)}b${'a'.repeat(32_900)}`
    const search = compile(Array(33).fill('any.t.contains(any.p)').join(' || '), { any: 'dyn' })
    if (isProblem(search)) throw new Error(search.message)
    const before = process.cpuUsage()
    expect(evaluate(search, { any: { t, p } })).toMatchObject({ problem: { kind: 'too_costly' } })
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(250)
    expect(await evaluateBoxed(search, { any: { t, p } })).toMatchObject({ problem: { kind: 'timeout' } })
    // What people search for is found at once, in as long a text.
    const usual = compile('any.t.contains("error") || any.t.contains(any.q)', { any: 'dyn' })
    if (isProblem(usual)) throw new Error(usual.message)
    expect(evaluate(usual, { any: { t: `${t}!`, q: 'aa!' } })).toEqual({ value: true })
    const wrong = compile('n.contains("1")', names)
    expect(isProblem(wrong) && wrong.message).not.toContain('Metered')
  })

  it('ran no code and left no trace', () => {
    expect(reached).toEqual([])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
