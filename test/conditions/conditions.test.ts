import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Condition, compile, evaluate, evaluateBoxed, isProblem } from '../../src/conditions/engine.ts'
import { bounds, type Names, type Problem } from '../../src/conditions/terms.ts'

const names = {
  task: {
    fields: {
      length: 'string',
      chars: 'int',
      score: 'double',
      open: 'bool',
      tags: { list: 'string' },
      counts: { map: 'int' },
      any: 'dyn',
    },
  },
  run: { fields: { name: 'string' } },
} as const satisfies Names

const values = {
  task: {
    length: 'long',
    chars: 7,
    score: 1.5,
    open: true,
    tags: ['gpu', 'night'],
    counts: { red: 2 },
    any: { q: 3, deep: [1, { constructor: 'mine' }], none: null },
  },
  run: { name: 'mend' },
}

const ready = (text: string): Condition => {
  const condition = compile(text, names)
  if (isProblem(condition)) expect.fail(`${text}: ${condition.message}`)
  return condition
}
const refusal = (text: string): Problem => {
  const condition = compile(text, names)
  if (!isProblem(condition)) expect.fail(`${text} was not refused`)
  return condition
}
const outcome = (text: string) => evaluate(ready(text), values)

describe('a condition', () => {
  it.each([
    ['task.length == "long" && task.chars < 10', true],
    ['task.length in ["short", "long"]', true],
    ['"gpu" in task.tags', true],
    ['"blue" in task.counts', false],
    ['task.counts.red + 1', 3],
    ['task.score + 1', 2.5],
    ['2 * task.score', 3],
    ['task.score == 1.5', true],
    ['task.score > 1', true],
    ['task.chars / 2', 3],
    ['task.chars / 2.0', 3.5],
    ['task.chars % 4', 3],
    ['-task.chars', -7],
    ['task.open ? "a" : "b"', 'a'],
    ['task.any.q == 3', true],
    ['task.any.q + 1', 4],
    ['task.any.deep[1].constructor', 'mine'],
    ['task.any.none == null', true],
    ['has(task.any.zz) || has(task.any.q)', true],
    ['size(task.tags) + task.length.size()', 6],
    ['task.length.startsWith("lo") && task.length.endsWith("ng") && task.length.contains("on")', true],
    ['" A ".trim().lowerAscii() == "a"', true],
    ['run.name.matches("^m[a-z]+d$")', true],
    ['[1, 2, 3]', [1, 2, 3]],
    ['{"a": [true]}', { a: [true] }],
    ['"😀".size()', 1],
    ['true || 1 / 0 == 1', true],
    ['task.tags[1] // the second', 'night'],
    [
      '"0b9c1b6e-1f0a-4c55-9d5e-8a1f3c2b7d6e".matches("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")',
      true,
    ],
  ])('%s', (text, value) => {
    expect(outcome(text)).toEqual({ value })
  })

  it('is inline without macros, boxed with one', () => {
    expect(ready('task.open')).toMatchObject({ kind: 'inline', type: 'bool' })
    const boxed = ready('task.tags.exists(t, t == "gpu")')
    expect(boxed).toMatchObject({ kind: 'boxed', type: 'bool' })
    expect(evaluate(boxed, values)).toMatchObject({ problem: { kind: 'needs_box' } })
  })

  it.each([
    ['task.lenght == "long"', 'length', 'length'],
    ['lenght', 'task.length', 'task.chars'],
    ['tsk.length', undefined, 'run.name'],
    ['run.nam == "x"', 'name', 'name'],
  ])('%s names what is not known, what is like it, and what there is', (text, closest, known) => {
    const problem = refusal(text)
    expect(problem).toMatchObject({ kind: 'unknown_name', known: expect.arrayContaining([known]) })
    expect(problem.closest).toBe(closest)
    expect(problem.at?.start).toBe(0)
  })

  it.each([
    ['task.length.startWith("l")', 'unknown_function', 'startsWith'],
    ['siz(task.tags)', 'unknown_function', 'size'],
    ['task.length.split("")', 'unknown_function', undefined],
    ['cel.bind(x, 1, x)', 'unknown_function', undefined],
    ['timestamp("2026-01-01T00:00:00Z")', 'unknown_function', undefined],
    ['task.length > 3', 'type', undefined],
    ['task.length && true', 'type', undefined],
    ['task.chars ? 1 : 2', 'type', undefined],
    ['task.length.matches("(")', 'pattern', undefined],
    ['task.length.matches("(?=a)b")', 'pattern', undefined],
    ['task.length.matches(run.name)', 'pattern', undefined],
    ['task.length.matches("((a{100}){100}){100}")', 'pattern', undefined],
    ['task.length.matches("(a?){900}b{900}")', 'pattern', undefined],
    ['task.tags.all(t, task.tags.exists(u, u == t))', 'nested_macros', undefined],
    ['task.tags.map(t, t + t)', 'type', undefined],
    ['task.tags.map("t", 1)', 'syntax', undefined],
    ['task.length ==', 'syntax', undefined],
    ['(', 'syntax', undefined],
    ['', 'syntax', undefined],
    [`"${'a'.repeat(bounds.text)}"`, 'too_long', undefined],
    [Array(150).fill('1').join('+'), 'too_large', undefined],
    [`${'('.repeat(100)}1${')'.repeat(100)}`, 'too_large', undefined],
    [`[${Array(bounds.entries + 1).fill('1')}]`, 'too_large', undefined],
  ])('condition %# is refused', (text, kind, closest) => {
    const problem = refusal(text)
    expect(problem.kind).toBe(kind)
    expect(problem.closest).toBe(closest)
  })

  it.each([
    ['1 / 0', 'evaluation'],
    ['1 % 0', 'evaluation'],
    ['9223372036854775807 + 1', 'evaluation'],
    ['[1, 2][5]', 'evaluation'],
    ['task.any.zz', 'evaluation'],
    ['int("a")', 'evaluation'],
    ['1.0 / 0.0', 'value'],
    ['9007199254740993', 'value'],
    ['b"abc"', 'value'],
  ])('%s ends in a typed problem', (text, kind) => {
    expect(outcome(text)).toMatchObject({ problem: { kind } })
  })

  it('tells which value does not fit', () => {
    const condition = ready('task.chars > 1')
    const other = (task: object) => evaluate(condition, { ...values, task: { ...values.task, ...task } })
    expect(other({ chars: 1.5 })).toMatchObject({
      problem: { kind: 'value', message: 'task.chars must be a whole number' },
    })
    expect(other({ tags: ['a', 1] })).toMatchObject({ problem: { message: 'task.tags[1] must be a string' } })
    expect(other({ chars: undefined })).toMatchObject({ problem: { message: 'task.chars was not given' } })
    expect(other({ any: Array(bounds.values).fill(0) })).toMatchObject({ problem: { kind: 'value' } })
    expect(other({ length: 'a'.repeat(bounds.characters + 1) })).toMatchObject({ problem: { kind: 'value' } })
    const deep = JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`)
    expect(other({ any: deep })).toMatchObject({ problem: { kind: 'value' } })
  })

  it('may match what costs little, and not more', () => {
    const text = 'task.length.matches("(a+)+$") || task.length.matches("(a|aa)+b?$")'
    const of = (length: string) => evaluate(ready(text), { ...values, task: { ...values.task, length } })
    expect(of(`${'a'.repeat(2_000)}!`)).toEqual({ value: false })
    expect(of(`${'a'.repeat(90_000)}!`)).toMatchObject({ problem: { kind: 'too_costly' } })
  })

  it('is deterministic', () => {
    const text = 'task.chars > 3 ? size(task.tags) * 2 : size(run.name)'
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.string()), fc.string(), (chars, tags, name) => {
        const given = { task: { ...values.task, chars, tags }, run: { name } }
        const value = chars > 3 ? tags.length * 2 : [...name].length
        expect(evaluate(ready(text), given)).toEqual({ value })
        expect(evaluate(ready(text), given)).toEqual({ value })
      }),
    )
  })
})

describe('a box', () => {
  it.each([
    ['task.tags.exists(t, t == "gpu")', true],
    ['task.tags.filter(t, t.matches("n.*")).map(t, size(t))', [5]],
    ['[1, 2].map(n, n + 1)', [2, 3]],
    ['task.counts.all(name, name == "red")', true],
    ['task.chars + 1', 8],
  ])('evaluates %s', async (text, value) => {
    expect(await evaluateBoxed(ready(text), values)).toEqual({ value })
  })

  it('ends what takes too long; others go on meanwhile, and after it', async () => {
    const given = { ...values, task: { ...values.task, any: [...Array(9_000).keys()] } }
    const slow = evaluateBoxed(ready('task.any.all(n, n in task.any)'), given)
    const quick = evaluateBoxed(ready('task.any.exists(n, n == 4.0)'), given)
    let turns = 0
    const ticking = setInterval(() => turns++, 5)
    expect(await quick).toEqual({ value: true })
    expect(await slow).toMatchObject({ problem: { kind: 'timeout' } })
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(2)
    expect(await evaluateBoxed(ready('[1].exists(n, n == 1)'), values)).toEqual({ value: true })
  })

  it('answers every one of many, in any mixture', async () => {
    const given = { ...values, task: { ...values.task, any: [...Array(9_000).keys()] } }
    const slow = ready('task.any.all(n, n in task.any)')
    const quick = ready('task.tags.exists(t, t == "gpu")')
    const said = await Promise.all(
      [...Array(24).keys()].map((i) => evaluateBoxed(i % 8 === 3 ? slow : quick, given)),
    )
    expect(said.filter((one) => 'value' in one)).toHaveLength(21)
    expect(said.filter((one) => 'problem' in one && one.problem.kind === 'timeout')).toHaveLength(3)
  })

  it('says so when too many are waiting', async () => {
    const quick = ready('task.tags.exists(t, t == "gpu")')
    const said = await Promise.all([...Array(260).keys()].map(() => evaluateBoxed(quick, values)))
    expect(said.filter((one) => 'problem' in one && one.problem.kind === 'busy').length).toBeGreaterThan(0)
    expect(said.filter((one) => 'value' in one).length).toBeGreaterThanOrEqual(200)
  })
})
