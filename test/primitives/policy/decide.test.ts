import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import {
  decideReturn,
  decideRule,
  decideSet,
  decideSwitch,
  replay,
} from '../../../src/primitives/policy/decide.ts'
import type { PolicyEvent } from '../../../src/primitives/policy/events.ts'
import { whenWords } from '../../../src/primitives/policy/features.ts'
import { policyStream as policy } from '../../../src/primitives/policy/rows.ts'
import type { PolicyState } from '../../../src/primitives/policy/state.ts'
import { strategies } from '../../../src/primitives/routing/decide/request.ts'
import { given } from '../../support/given.ts'
import { features, policyOf, ready, three } from './policies.ts'

describe('the rule of a task', () => {
  it('is the one of three that matches', () => {
    const rules = ready(three)
    expect(decideRule(rules, features({ length: 'long' }))).toMatchObject({
      rule_id: 'long',
      effect: { targets: [{ model: 'big', kind: 'gpu' }] },
    })
    expect(decideRule(rules, features({ length: 'short' }))).toMatchObject({
      rule_id: 'short',
      effect: { targets: [{ kind: 'cpu' }] },
    })
    expect(decideRule(rules, features({ length: 'long', urgency: 'urgent' }))).toMatchObject({
      rule_id: 'urgent',
      effect: { priority: 'urgent' },
    })
    expect(decideRule(rules, features())).toEqual({
      rule_id: null,
      effect: { strategy: 'formula' },
      tried: [
        { rule_id: 'urgent', matched: false, why: 'urgency is normal, not urgent' },
        { rule_id: 'long', matched: false, why: 'length is medium, not long' },
        { rule_id: 'short', matched: false, why: 'length is medium, not short' },
      ],
    })
  })

  it('goes by priority, then by the order of the document', () => {
    const all = (id: string, priority?: number) => ({ id, priority, then: { priority: 'high' } })
    const order = (...rules: object[]) => decideRule(ready({ rules }), features()).rule_id
    expect(order(all('a'), all('b'))).toBe('a')
    expect(order(all('a'), all('b', 1))).toBe('b')
    expect(order(all('a', -1), all('b'), all('c'))).toBe('b')
    expect(order({ ...all('a'), enabled: false }, all('b'))).toBe('b')
  })

  it.each([
    [{ type: ['code', 'analysis'] }, { type: 'analysis' }, true],
    [{ type: 'code' }, { type: 'analysis' }, false],
    [{ requires: ['rust', 'sql'] }, { requires: ['sql', 'rust', 'go'] }, true],
    [{ requires: ['rust', 'sql'] }, { requires: ['sql'] }, false],
    [{ tags: 'night' }, { tags: ['night'] }, true],
    [
      { complexity: ['complex', 'expert'], priority: 'high' },
      { complexity: 'expert', priority: 'high' },
      true,
    ],
    [{ complexity: ['complex', 'expert'], priority: 'high' }, { complexity: 'expert' }, false],
    [{}, {}, true],
  ] as const)('when %j and the task is %j: %s', (when, task, matched) => {
    const rules = ready({ rules: [{ id: 'a', when, then: { priority: 'high' } }] })
    expect(decideRule(rules, features(task)).rule_id).toBe(matched ? 'a' : null)
  })

  it('may hang on a condition, which in doubt does not hold', () => {
    const of = (condition: string, when = {}) =>
      decideRule(ready({ rules: [{ id: 'a', when, condition, then: { priority: 'high' } }] }), features())
    expect(of('task.tokens > 100 && "x" in ["x"]')).toMatchObject({
      rule_id: 'a',
      tried: [{ why: 'condition is true' }],
    })
    expect(of('run.ready == 1', { length: 'medium' })).toMatchObject({
      tried: [{ why: 'length is medium, condition is true' }],
    })
    expect(of('task.tokens > 1000')).toMatchObject({ rule_id: null, tried: [{ why: 'condition is false' }] })
    expect(of('task.tags[0] == "x"')).toMatchObject({
      rule_id: null,
      tried: [{ why: expect.stringMatching(/^condition: No such key/) }],
    })
    // Stored by another version, which knew a name that this one does not.
    expect(of('task.colour == "red"')).toMatchObject({
      rule_id: null,
      tried: [{ why: expect.stringContaining('colour') }],
    })
  })
})

const word = <T>(words: readonly T[]) => fc.uniqueArray(fc.constantFrom(...words), { minLength: 1 })
const tags = ['a', 'b', 'c'] as const
const anyRule = fc.record(
  {
    priority: fc.integer({ min: -2, max: 2 }),
    enabled: fc.boolean(),
    when: fc.record(
      {
        length: word(whenWords.length),
        urgency: word(whenWords.urgency),
        complexity: word(whenWords.complexity),
        tags: word(tags),
        type: word(['code', 'other']),
      },
      { requiredKeys: [] },
    ),
    condition: fc.constantFrom(
      'task.tokens > 100',
      'task.tags[0] == "a"',
      '"b" in task.tags',
      'task.tokens / run.ready > 3',
      'task.title.matches("^[a-m]")',
      'size(task.tags) > 1 ? task.checked : !task.reviews',
    ),
    then: fc.constantFrom(...strategies.map((strategy) => ({ strategy }))),
  },
  { requiredKeys: ['then'] },
)
const anyPolicy = fc
  .array(anyRule, { maxLength: 8 })
  .map((rules) => ({ rules: rules.map((rule, i) => ({ ...rule, id: `r${i}` })) }))
const anyFeatures = fc
  .record({
    length: fc.constantFrom(...whenWords.length),
    urgency: fc.constantFrom(...whenWords.urgency),
    complexity: fc.constantFrom(...whenWords.complexity),
    type: fc.constantFrom('code', 'other', '__proto__'),
    tags: fc.array(fc.constantFrom(...tags), { maxLength: 3 }),
    title: fc.string({ unit: 'binary', maxLength: 20 }),
    tokens: fc.nat(400),
    checked: fc.boolean(),
  })
  .chain((task) => fc.nat(3).map((count) => features(task, { ready: count })))

describe('deciding by rules', () => {
  it('is total and deterministic, and a record replays to the same rule', () => {
    fc.assert(
      fc.property(anyPolicy, anyFeatures, (document, given) => {
        const one = decideRule(ready(document), given)
        expect(decideRule(ready(document), structuredClone(given))).toEqual(one)
        const asked = one.tried.filter(({ matched }) => matched)
        expect(asked.map(({ rule_id }) => rule_id)).toEqual(one.rule_id === null ? [] : [one.rule_id])
        if (one.rule_id === null) expect(one.tried).toHaveLength(document.rules.length)
        const record = JSON.parse(
          JSON.stringify({ features: given, policy_version: 1, rule_id: one.rule_id }),
        )
        expect(replay(record, ready(document))).toEqual({ ...one, same: true })
      }),
      { numRuns: 300 },
    )
  })

  it('tells when a record does not replay', () => {
    const record = { features: features({ length: 'long' }), policy_version: 1, rule_id: 'short' }
    expect(replay(record, ready(three))).toMatchObject({ rule_id: 'long', same: false })
  })
})

const one = policyOf(three)
const other = policyOf({ rules: [] })
const wasSet = (version: number, of = one): PolicyEvent => ({
  type: 'policy.set',
  data: { version, policy: of, reason: null },
})

describe('the policy of a run', () => {
  it('gets a version with each change', () => {
    given(policy)
      .when((state) => decideSet(state, one, 'first'))
      .thenState({ version: 1, policy: one })
    given(policy, wasSet(1))
      .when((state) => decideSet(state, other, null))
      .thenState({ version: 2, policy: other })
    given(policy, wasSet(1))
      .when((state) => decideSet(state, policyOf(three), null))
      .thenEvents()
  })

  it('returns to an earlier version as a new one', () => {
    given(policy, wasSet(1), wasSet(2, other))
      .when((state) => decideReturn(state, 1, one, 'worse'))
      .thenEvents({ type: 'policy.returned', data: { version: 3, to: 1, policy: one, reason: 'worse' } })
      .thenState({ version: 3, policy: one })
    given(policy, wasSet(1))
      .when((state) => decideReturn(state, 1, one, null))
      .thenEvents()
    given(policy, wasSet(1))
      .when((state) => decideReturn(state, 9, undefined, null))
      .thenFails('not_found')
  })

  it('has rules that are switched on and off', () => {
    const off = (state: PolicyState) => decideSwitch(state, { enable: [], disable: ['long'] }, null)
    const enabled = (state: PolicyState) => state.policy.rules.map((rule) => rule.enabled)
    given(policy, wasSet(1))
      .when(off)
      .thenEvents('policy.rules_switched')
      .thenState((state) => enabled(state).join() === 'false,true,true')
      .thenState({ version: 2 })
    given(policy, wasSet(1))
      .when((state) => decideSwitch(state, { enable: ['long'], disable: [] }, null))
      .thenEvents()
    given(policy, wasSet(1))
      .when((state) => decideSwitch(state, { enable: ['nope'], disable: [] }, null))
      .thenFails('not_found', { rule: 'nope' })
    given(policy, wasSet(1))
      .when((state) => decideSwitch(state, { enable: ['long'], disable: ['long'] }, null))
      .thenFails('conflict', { rule: 'long' })
  })

  it('is plain JSON', () => {
    const decision = decideSet(undefined, one, null)
    if (decision instanceof Failure) throw decision
    expect(JSON.parse(JSON.stringify(decision))).toStrictEqual(decision)
  })
})
