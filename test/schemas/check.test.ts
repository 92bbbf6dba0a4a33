import { describe, expect, it } from 'vitest'
import { checkAgainst, schemaProblem } from '../../src/schemas/check.ts'

const draft07 = 'http://json-schema.org/draft-07/schema#'
const report = {
  type: 'object',
  properties: { sum: { type: 'integer' }, unit: { enum: ['m', 'kg'] } },
  required: ['sum', 'unit'],
  additionalProperties: false,
}

/** Answers, and within a second. */
const soon = async <T>(answer: () => Promise<T>): Promise<T> => {
  const begun = performance.now()
  const said = await answer()
  expect(performance.now() - begun).toBeLessThan(3_000)
  return said
}

describe('a result held against a schema', () => {
  it('fits', async () => {
    expect(await checkAgainst([report], { sum: 5, unit: 'm' })).toBeNull()
    expect(await checkAgainst([], 'anything')).toBeNull()
    expect(await checkAgainst([true], 'anything')).toBeNull()
  })

  it('is told all that does not fit at once, by its place', async () => {
    const findings = await checkAgainst([report], { unit: 'mile', extra: 1 })
    expect(findings).toContain("result must have required property 'sum'")
    expect(findings).toContain('result must NOT have additional properties ("extra")')
    expect(findings).toContain('result/unit must be equal to one of the allowed values (["m","kg"])')
  })

  it('is told about each of several schemas', async () => {
    const findings = await checkAgainst([{ type: 'object' }, { required: ['a'] }, false], 'text')
    expect(findings?.split('\n')).toEqual(['result must be object', 'result boolean schema is false'])
  })

  it('is told in at most 1,000 characters', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => [`${i}`.repeat(200), 1])
    const findings = await checkAgainst([{ additionalProperties: false }], Object.fromEntries(keys))
    expect(findings?.length).toBe(1_000)
  })

  it('is not taken to have what every object inherits', async () => {
    const named = { type: 'object', properties: { constructor: { type: 'string' } }, required: ['toString'] }
    expect(await checkAgainst([named], {})).toBe("result must have required property 'toString'")
    expect(await checkAgainst([named], { toString: 'x', constructor: 'y' })).toBeNull()
  })

  it('is checked by the draft that the schema names', async () => {
    const pair = { prefixItems: [{ type: 'string' }] }
    expect(await checkAgainst([pair], [1])).toBe('result/0 must be string')
    expect(await checkAgainst([{ $schema: draft07, ...pair }], [1])).toBeNull()
    expect(await checkAgainst([{ $schema: draft07, items: [{ type: 'string' }] }], [1])).toBe(
      'result/0 must be string',
    )
  })

  it('is not trusted to compare itself', async () => {
    const sly = [{ valueOf: 1 }, { valueOf: 1 }]
    expect(await checkAgainst([{ uniqueItems: true }], sly)).toContain('cannot be compared')
  })

  it('is not checked for formats', async () => {
    expect(await schemaProblem({ type: 'string', format: 'colour' })).toBeUndefined()
    expect(await checkAgainst([{ type: 'string', format: 'email' }], 'no address')).toBeNull()
  })

  it('is never checked by a schema of the same $id that came before', async () => {
    expect(await checkAgainst([{ $id: 'https://a.example/s', type: 'string' }], 1)).toBe(
      'result must be string',
    )
    expect(await checkAgainst([{ $id: 'https://a.example/s', type: 'number' }], 1)).toBeNull()
  })

  it('goes on being checked when many schemas came between', async () => {
    const numbered = (n: number) => ({ type: 'object', required: [`f${n}`] })
    for (let n = 0; n < 150; n++) expect(await checkAgainst([numbered(n)], { [`f${n}`]: 1 })).toBeNull()
    expect(await checkAgainst([numbered(0)], {})).toContain("'f0'")
  })
})

describe('a pattern of a user', () => {
  it('is matched anywhere in the text, as in JSON schema', async () => {
    const year = { type: 'string', pattern: '\\b\\d{4}\\b' }
    expect(await schemaProblem(year)).toBeUndefined()
    expect(await checkAgainst([year], 'in 1999, they')).toBeNull()
    expect(await checkAgainst([year], 'in 199')).toContain('must match pattern')
  })

  it('is told from other patterns of the same schema', async () => {
    const two = { properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } }
    expect(await checkAgainst([two], { a: 'a', b: 'b' })).toBeNull()
    expect(await checkAgainst([two], { a: 'b', b: 'b' })).toContain('result/a')
  })

  it('names properties, too', async () => {
    const named = { patternProperties: { '^n_': { type: 'number' } }, additionalProperties: false }
    expect(await checkAgainst([named], { n_1: 1 })).toBeNull()
    expect(await checkAgainst([named], { n_1: 'x', m: 1 })).toContain('result/n_1 must be number')
    expect(await schemaProblem({ patternProperties: { '(?=x)': true } })).toContain('not RE2 syntax')
  })

  it.each([
    ['looks ahead', '^(?!secret).*$'],
    ['refers back', '(a)\\1'],
    ['is broken', '('],
    ['repeats too often', 'x{1001}'],
    ['repeats repetitions', '((a{0,100}){0,100}){0,100}'],
    ['compiles to too much', 'x{1000}'.repeat(20)],
    ['is too long', 'x'.repeat(1_001)],
  ])('that %s is refused by name', async (_what, pattern) => {
    expect(await soon(() => schemaProblem({ type: 'string', pattern }))).toMatch(/^pattern "/)
  })

  it('that is long only together with others is refused', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`p${i}`, { pattern: `${i}x{900}` }]),
    )
    expect(await soon(() => schemaProblem({ properties: many }))).toContain('too large')
  })

  it.each(['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*a){12}$'])(
    '%s does not hang',
    async (pattern) => {
      expect(await schemaProblem({ pattern })).toBeUndefined()
      expect(await soon(() => checkAgainst([{ pattern }], `${'a'.repeat(50_000)}!`))).toMatch(
        /must match pattern|cannot be checked/,
      )
    },
  )
})

/** A schema whose cost doubles with each level of the result. */
const doubling = {
  anyOf: [
    { type: 'array', items: { $ref: '#' } },
    { items: { $ref: '#' }, minItems: 9 },
  ],
}
const nested = (levels: number): unknown => {
  let value: unknown = 'end'
  for (let i = 0; i < levels; i++) value = [value]
  return value
}

/** Text for which a pattern of many alternatives never comes back to a state that it was in. */
const noise = Array.from({ length: 200_000 }, (_, i) => 'ab'[(Math.imul(i, 2654435761) >>> 13) & 1]).join('')

describe('a hostile schema', () => {
  const deep = JSON.parse(`${'{"not":'.repeat(33)}true${'}'.repeat(33)}`)
  const veryDeep = JSON.parse(`${'{"not":'.repeat(5_000)}true${'}'.repeat(5_000)}`)

  it.each([
    ['no object', 'text', 'a schema is an object'],
    ['null', null, 'a schema is an object'],
    ['a list', [], 'a schema is an object'],
    ['no valid schema', { type: 'colour' }, 'not a valid schema: schema/type'],
    ['an unknown draft', { $schema: 'http://json-schema.org/draft-04/schema#' }, '$schema must be'],
    ['a draft that is no text', { $schema: { toString: 1 } }, '$schema must be'],
    ['too deep', deep, 'at most 32 deep'],
    ['very deep', veryDeep, 'at most'],
    ['too many parts', { anyOf: Array.from({ length: 500 }, () => ({})) }, 'at most 500'],
    ['too many bytes', { description: 'x'.repeat(16_384) }, 'at most 16384 bytes'],
    ['remote', { $ref: 'https://example.com/schema.json' }, "can't resolve reference"],
    ['remote to the meta-schema', { $ref: draft07 }, "can't resolve reference"],
    ['to nowhere', { $ref: '#/$defs/none' }, "can't resolve reference"],
    ['asynchronous', { $async: true, type: 'object' }, '$async'],
    ['asynchronous inside', { properties: { a: { $async: true, type: 'object' } } }, 'async schema'],
    ['endless', { $ref: '#' }, 'schema recurses'],
    [
      'endless in two steps',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
      'schema recurses',
    ],
    ['endless twice', { anyOf: [{ $ref: '#' }, { $ref: '#' }] }, 'schema recurses'],
    ['endless by anchor', { $dynamicAnchor: 'x', not: { $dynamicRef: '#x' } }, 'schema recurses'],
  ])('that is %s is refused with the reason', async (_what, schema, reason) => {
    expect(await soon(() => schemaProblem(schema))).toContain(reason)
    if (typeof schema === 'object' && schema !== null)
      expect(await soon(() => checkAgainst([schema], {}))).toContain(reason)
  })

  it.each([
    [
      'uniqueItems over large data',
      { uniqueItems: true },
      Array.from({ length: 200_000 }, (_, i) => ({ i })),
    ],
    ['doubling alternatives', doubling, nested(40)],
    ['a large pattern in a long text', { pattern: '(a|b)*a(a|b){900}[^ab]' }, noise],
    [
      'errors without end',
      { items: { allOf: Array.from({ length: 150 }, (_, i) => ({ const: i })) } },
      Array(500_000).fill('x'),
    ],
  ])('is ended in time: %s', async (_what, schema, value) => {
    expect(await soon(() => schemaProblem(schema))).toBeUndefined()
    // Whichever bound it meets first: its time, or the memory of the box.
    expect(await soon(() => checkAgainst([schema], value))).toMatch(
      /cannot be checked within 600 ms|takes too much memory to check/,
    )
    // And can be used again afterwards.
    expect(await soon(() => checkAgainst([schema], []))).toBeNull()
  })

  it('holds nobody else up: what takes long is checked beside the event loop', async () => {
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const slow = [0, 1, 2].map((n) => checkAgainst([{ ...doubling, title: `${n}` }], nested(40)))
    const said = await Promise.all(slow)
    clearInterval(timer)
    for (const one of said) expect(one).toContain('cannot be checked within 600 ms')
    // Each tries for 50 ms here; a loaded machine may add to that, but not the 600 ms that one takes.
    expect(longest).toBeLessThan(500)
  })

  it('answers when the result is nested beyond reason', async () => {
    expect(await soon(() => checkAgainst([{ items: { $ref: '#' } }], nested(200_000)))).toContain(
      'too deeply',
    )
  })

  it('reads no property of ours', async () => {
    const names = JSON.parse(
      '{"properties":{"__proto__":{"type":"string"},"a\\"]);throw 1;//":{"type":"number"}}}',
    )
    expect(await schemaProblem(names)).toBeUndefined()
    expect(await checkAgainst([names], { 'a"]);throw 1;//': 'x' })).toContain('must be number')
  })

  it('of ordinary recursion is welcome', async () => {
    const tree = {
      type: 'object',
      properties: { kids: { type: 'array', items: { $ref: '#' } } },
      required: ['kids'],
    }
    expect(await schemaProblem(tree)).toBeUndefined()
    expect(await checkAgainst([tree], { kids: [{ kids: [] }] })).toBeNull()
    expect(await checkAgainst([tree], { kids: [{}] })).toContain('result/kids/0')
  })
})
