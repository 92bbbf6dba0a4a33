import { describe, expect, it } from 'vitest'
import { findingsOf, gatesFor } from '../../../src/primitives/gate/decide.ts'
import type { Gate } from '../../../src/primitives/gate/terms.ts'

const gate = (given: Partial<Gate>): Gate => ({
  name: 'g',
  metric: null,
  at_least: null,
  at_most: null,
  condition: null,
  required_checks: [],
  tasks: null,
  tags: null,
  ...given,
})

describe('what a gate finds', () => {
  const coverage = gate({ metric: 'coverage', at_least: 0.8 })

  it('is nothing at the threshold itself, and names both numbers below it', () => {
    expect(findingsOf(coverage, { metrics: { coverage: 0.8 } }, {})).toBeNull()
    expect(findingsOf(coverage, { metrics: { coverage: 0.7999 } }, {})).toBe(
      'coverage is 0.7999, at least 0.8 is required',
    )
  })

  it('takes nothing for granted: what was not measured does not pass', () => {
    for (const said of [{}, { metrics: {} }, { metrics: { other: 1 } }])
      expect(findingsOf(coverage, said, {})).toBe('insufficient data: coverage is not known')
    const ofRun = gate({ metric: 'run.success_rate', at_least: 0.999 })
    expect(findingsOf(ofRun, {}, { success_rate: null })).toContain('insufficient data')
    expect(findingsOf(ofRun, {}, { success_rate: 0.999 })).toBeNull()
    expect(findingsOf(gate({ metric: 'constructor', at_most: 1 }), { metrics: {} }, {})).toContain(
      'insufficient',
    )
  })

  it('bounds from above too', () => {
    const fast = gate({ metric: 'latency_ms', at_most: 200 })
    expect(findingsOf(fast, { metrics: { latency_ms: 200 } }, {})).toBeNull()
    expect(findingsOf(fast, { metrics: { latency_ms: 201 } }, {})).toContain('at most 200')
  })

  it('names each required check that the evidence does not hold as true', () => {
    const checks = gate({ required_checks: ['tests', 'lint'] })
    expect(findingsOf(checks, { evidence: { tests: true, lint: 'passed' } }, {})).toBeNull()
    expect(findingsOf(checks, { evidence: { tests: false } }, {})).toBe(
      'tests has not passed; the evidence says nothing of lint',
    )
    expect(findingsOf(checks, { evidence: 'tests passed' }, {})).toContain('says nothing of tests')
    expect(findingsOf(checks, { evidence: { tests: 'failed', lint: 1 } }, {})).toBe(
      'tests has not passed; lint has not passed',
    )
  })
})

describe('the gates over a task', () => {
  const all = [
    gate({ name: 'run' }),
    gate({ name: 'by key', tasks: ['build'] }),
    gate({ name: 'by tag', tags: ['release'] }),
    gate({ name: 'named', tasks: [] }),
  ]
  const names = (task: Parameters<typeof gatesFor>[1], named: readonly string[] = []) =>
    gatesFor(all, task, named).map(({ name }) => name)

  it('are those of its scope, and those that its checks name', () => {
    expect(names({ id: 'tsk_1', key: null, scopes: [] })).toEqual(['run'])
    expect(names({ id: 'tsk_1', key: 'build', scopes: ['release'] })).toEqual(['run', 'by key', 'by tag'])
    expect(names({ id: 'tsk_1', key: null, scopes: [] }, ['named'])).toEqual(['run', 'named'])
  })

  it('are for one that leads or judges only those that mean it', () => {
    for (const role of ['lead', 'judge']) {
      expect(names({ id: 'tsk_1', key: null, scopes: [], role })).toEqual([])
      expect(names({ id: 'tsk_1', key: 'build', scopes: [], role }, ['named'])).toEqual(['by key', 'named'])
    }
  })
})
