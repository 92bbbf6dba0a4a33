import { describe, expect, it } from 'vitest'
import * as engine from '../../../src/conditions/engine.ts'
import { Failure } from '../../../src/errors.ts'
import { parsePolicy } from '../../../src/primitives/policy/parse.ts'
import { checkConditions } from '../../../src/primitives/policy/ready.ts'
import { readWritten } from '../../../src/primitives/policy/written.ts'
import { policyOf, three } from './policies.ts'

const refusal = (document: unknown): Failure => {
  const failure = parsePolicy(document)
  if (!(failure instanceof Failure)) expect.fail(`not refused: ${JSON.stringify(failure)}`)
  return failure
}
const effect = { priority: 'high' }
const rule = (more: object) => ({
  rules: [
    { id: 'a', then: effect },
    { id: 'b', then: effect, ...more },
  ],
})

describe('a policy document', () => {
  it('is read as it is meant, with its defaults', () => {
    const policy = policyOf({
      version: 1,
      rules: [{ id: 'a', when: { length: 'long', tags: ['x', 'y'] }, then: { targets: [{ kind: 'gpu' }] } }],
      default: { strategy: 'least_loaded' },
    })
    expect(policy).toEqual({
      rules: [
        {
          id: 'a',
          description: null,
          enabled: true,
          priority: 0,
          when: { length: ['long'], tags: ['x', 'y'] },
          condition: null,
          effect: { targets: [{ kind: 'gpu' }] },
        },
      ],
      default: { strategy: 'least_loaded' },
    })
    expect(policyOf({ rules: [] })).toEqual({ rules: [], default: null })
  })

  it('is the same in YAML and JSON', async () => {
    const yaml = `
version: 1
rules:
  - id: long
    when: { length: long }
    then:
      targets: [{ model: big, kind: gpu }]
  - id: short
    when: { length: short }
    then: { targets: [{ kind: cpu }] }
  - id: urgent
    priority: 10
    when: { urgency: urgent }
    then: { priority: urgent }
default: { strategy: formula }
`
    for (const text of [yaml, JSON.stringify(three)]) {
      const read = await readWritten(text)
      if (read instanceof Failure) throw read
      expect(parsePolicy(read.document)).toEqual(policyOf(three))
    }
  })

  it.each([
    [rule({ when: { length: 'longe' } }), 'rules[1].when.length', 'Did you mean long?'],
    [rule({ when: { length: ['long', 3] } }), 'rules[1].when.length[1]', 'short, medium, long'],
    [rule({ when: { lenght: 'long' } }), 'rules[1].when.lenght', 'Did you mean length?'],
    [rule({ when: { urgency: 'urgently' } }), 'rules[1].when.urgency', 'Did you mean urgent?'],
    [rule({ when: [] }), 'rules[1].when', 'Its keys may be'],
    [rule({ then: {} }), 'rules[1].then', 'at least one of'],
    [rule({ then: { targets: [{ kind: 'gpu' }, {}] } }), 'rules[1].then.targets[1]', 'at least one of'],
    [rule({ then: { targets: [{ kind: 'tpu' }] } }), 'rules[1].then.targets[0].kind', 'gpu'],
    [
      rule({ then: { targets: [{ runner: 'command', command: 'x' }] } }),
      'rules[1].then.targets[0].command',
      'Known',
    ],
    [rule({ then: { strategy: 'roundrobin' } }), 'rules[1].then.strategy', 'Did you mean round_robin?'],
    [rule({ id: 'a' }), 'rules[1].id', 'an id of its own'],
    [rule({ id: 'a\nb' }), 'rules[1].id', 'one line'],
    [rule({ id: 7 }), 'rules[1].id', 'Give a text'],
    [rule({ priority: 1.5 }), 'rules[1].priority', 'whole number'],
    [rule({ enabled: 'yes' }), 'rules[1].enabled', 'true or false'],
    [rule({ condition: 'x'.repeat(4_001) }), 'rules[1].condition', '4000'],
    [rule({ constructor: {} }), 'rules[1].constructor', 'Known are'],
    [rule(JSON.parse('{"__proto__": {"id": "c"}}')), 'rules[1].__proto__', 'Known are'],
    [{ rules: [{ then: effect }] }, 'rules[0]', 'Give it an id'],
    [{ rules: [{ id: 'a' }] }, 'rules[0]', 'Say what it does'],
    [{ rules: {} }, 'rules', 'Give a list'],
    [{ rules: Array(101).fill(0) }, 'rules', '0 to 100'],
    [{ rule: [] }, 'rule', 'Did you mean rules?'],
    [{ version: 2, rules: [] }, 'version', '1 to 1'],
    [{}, 'policy', 'Give rules'],
    ['text', 'policy', 'keys may be'],
    [null, 'policy', 'keys may be'],
  ])('%j is refused with its path', (document, field, hint) => {
    const failure = refusal(document)
    expect(failure.code).toBe('invalid_argument')
    expect(failure.details).toEqual({ field })
    expect(failure.message.startsWith(`${field}: `)).toBe(true)
    expect(failure.hint).toContain(hint)
  })

  it.each([
    ['task.lenght == "long"', 'is not a known field', 'Did you mean length?'],
    ['tokens > 5', 'is not a known name', 'Did you mean task.tokens?'],
    ['task.tokens >', 'at character', 'It is CEL'],
    ['task.tags.exists(t, t == "x")', 'goes through a list', 'with in'],
    ['task.tokens', 'comes to int', 'Compare'],
    ['task.title.matches("(")', 'RE2', 'CEL'],
  ])('the condition %s is refused with its path', (condition, problem, hint) => {
    const failure = checkConditions(policyOf(rule({ condition })), engine)
    expect(failure?.details).toEqual({ field: 'rules[1].condition' })
    expect(failure?.message).toContain(problem)
    expect(failure?.hint).toContain(hint)
  })

  it.each([
    ['a: [', 'is not YAML, line 1'],
    ['a: &x [1]\nb: *x', 'is not YAML'],
    ['b: 1\na: 1\na: 2', 'is not YAML, line 3'],
    ['x'.repeat(32_001), 'more than 32000'],
    ['['.repeat(16_000), 'nested deeper'],
    ['["]",'.repeat(3_000), 'nested deeper'],
    ['- '.repeat(9_000), 'nested deeper'],
    ['? '.repeat(9_000), 'nested deeper'],
    ['a: '.repeat(9_000), 'nested deeper'],
    [[...Array(200).keys()].map((i) => `${' '.repeat(i)}a:`).join('\n'), 'nested deeper'],
    ['a,'.repeat(16_000), 'not text'],
    [`[${'a,'.repeat(15_000)}]`, 'more than 20000'],
    ['!a '.repeat(10_000), 'more than 20000'],
  ])('text %# is refused', async (text, problem) => {
    const before = process.cpuUsage()
    const read = await readWritten(text)
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_500)
    const failure = read instanceof Failure ? read : refusal(read.document)
    expect(failure.message).toContain(problem)
  })
})
