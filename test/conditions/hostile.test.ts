import { afterAll, describe, expect, it } from 'vitest'
import { compile, evaluate, evaluateBoxed, isProblem } from '../../src/conditions/engine.ts'
import type { Names } from '../../src/conditions/terms.ts'

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

const hostile = [
  // Prototypes, constructors, globals.
  '__proto__',
  'constructor',
  'toString()',
  'm.__proto__',
  'm.__proto__.polluted',
  'm["__proto__"]["polluted"]',
  'm.constructor.prototype',
  's.constructor("return pwned")()',
  '"".constructor.constructor("pwned")()',
  'any.hasOwnProperty("x")',
  'any.valueOf',
  'm.then',
  'task.__proto__',
  'task["constructor"]',
  'globalThis.pwned',
  'process.exit(1)',
  'require("fs")',
  'import("fs")',
  'this',
  'eval("pwned")',
  '`\u0024{pwned}`',
  'xs.map(constructor, pwned)',
  'xs.map(__proto__, 1)',
  '{"__proto__": {"a": 1}}.a',
  '[].map(x, x.__proto__)',
  // Growth.
  '"a" * 1000000000',
  's + s + s + s + s + s + s + s',
  '["a"].map(x, x + x).map(x, x + x).map(x, x + x)',
  '[xs].map(x, x + x).map(x, x + x)',
  `["a"]${'.map(x, [x, x])'.repeat(24)}`,
  `["a"]${'.map(x, [x, x])'.repeat(24)} == ["b"]`,
  'xs.map(x, xs)',
  'xs.map(x, xs) == xs.map(x, xs)',
  // Iteration.
  'xs.all(a, xs.all(b, xs.all(c, a + b + c >= 0.0)))',
  'xs.filter(x, xs.map(y, y) == xs)',
  'xs.all(x, x in xs) && xs.all(x, x in xs) && xs.all(x, !(x in xs))',
  'ss.all(x, x.matches("(a+)+$"))',
  // Syntax.
  `${'('.repeat(1_999)}1${')'.repeat(1_999)}`,
  '['.repeat(4_000),
  '!'.repeat(3_999),
  `${'-'.repeat(3_000)}1`,
  `task${'.length'.repeat(500)}`,
  `${'true ? '.repeat(400)}1`,
  `${'f('.repeat(900)}${')'.repeat(900)}`,
  '// only a comment',
  '1 // ) comment\n+ 1 /* none such */',
  '"\\u0000\\ud800" + "\\x00"',
  '"\\U00110000"',
  'ѕ == "cyrillic"',
  '"\u202e" + s\u200b',
  '\u0000',
  '"unterminated',
  // Patterns.
  's.matches("(a+)+$")',
  's.matches("(a|a)*$")',
  's.matches("(.*a){20}$")',
  's.matches("(?:a?){500}a{500}$")',
  's.matches("\\\\1(a)")',
  's.matches("[")',
  `s.matches("(${'a'.repeat(3_000)}){1000}")`,
  `s.matches("${'a{1000}'.repeat(500)}")`,
  `s.matches("${'(a{10}){10}'.repeat(300)}")`,
  `s.matches("${'\\\\pL{1,}'.repeat(300)}")`,
  // Numbers and types.
  '9223372036854775808',
  '-9223372036854775808 - 1',
  'n * n * n',
  'n / 0',
  'd * 10.0',
  '1e99999',
  'int(d)',
  `0x${'f'.repeat(3_000)}`,
  'int("9".size() > 0 ? "99999999999999999999" : "1")',
  '1u - 2u',
  'xs[-1]',
  'xs["a"]',
  'any + any',
  'any.length + "a"',
  'm == any',
  'bool("maybe")',
  'null > 1',
  'size(1)',
  'b"\\xff" + b"\\xfe"',
  'type(1) == int',
] as const

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

  it('ran no code and left no trace', () => {
    expect(reached).toEqual([])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
