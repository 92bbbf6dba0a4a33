import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overBudget, spentOut, type Used } from '../../../src/primitives/run/decide.ts'
import { runStream } from '../../../src/primitives/run/rows.ts'
import { defaultSettings, type Limit, type Settings } from '../../../src/primitives/run/settings.ts'
import { start, stateAfter } from '../../support/given.ts'
import { started } from './stories.ts'

const limits: readonly Limit[] = [
  'max_agents',
  'max_tasks',
  'max_depth',
  'max_tokens',
  'max_cost_usd',
  'max_wall_ms',
]
const capped = (limit: Limit, cap: number | null): Settings => ({ ...defaultSettings, [limit]: cap })

describe('a limit', () => {
  it.each(limits)('%s may be reached exactly, and not passed', (limit) => {
    expect(overBudget(capped(limit, 10), limit, 9, 1)).toBeUndefined()
    expect(overBudget(capped(limit, 10), limit, 0, 10)).toBeUndefined()
    expect(overBudget(capped(limit, 10), limit, 10, 0)).toBeUndefined()
    expect(overBudget(capped(limit, 10), limit, 10, 1)).toMatchObject({
      code: 'budget_exceeded',
      details: { limit, cap: 10, used: 10, requested: 1 },
    })
  })

  it.each(limits)('%s is none when it is null, and lets nothing through when it is 0', (limit) => {
    expect(overBudget(capped(limit, null), limit, 1e15, 1e15)).toBeUndefined()
    expect(overBudget(capped(limit, 0), limit, 0, 1)?.code).toBe('budget_exceeded')
  })

  it('refuses exactly what would pass it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (cap, used, requested) => {
        const refused = overBudget(capped('max_tasks', cap), 'max_tasks', used, requested) !== undefined
        expect(refused).toBe(used + requested > cap)
      }),
    )
  })
})

describe('a run whose means are spent', () => {
  const nothing: Used = { agents: 0, tasks: 0, tokens: 0, cost_usd: 0 }
  const refusal = (settings: Partial<Settings>, used: Partial<Used>, ms = 0) =>
    spentOut(stateAfter(runStream, started(settings)), { ...nothing, ...used }, start + ms)

  it('goes on until the very token, cent or millisecond is reached', () => {
    expect(refusal({ max_tokens: 1_000 }, { tokens: 999 })).toBeUndefined()
    expect(refusal({ max_cost_usd: 0.5 }, { cost_usd: 0.4999 })).toBeUndefined()
    expect(refusal({ max_wall_ms: 60_000 }, {}, 59_999)).toBeUndefined()
  })

  it('stops there', () => {
    expect(refusal({ max_tokens: 1_000 }, { tokens: 1_000 })?.details).toMatchObject({
      limit: 'max_tokens',
      cap: 1_000,
      used: 1_000,
    })
    expect(refusal({ max_cost_usd: 0.5 }, { cost_usd: 0.5 })?.details).toMatchObject({
      limit: 'max_cost_usd',
    })
    expect(refusal({ max_wall_ms: 60_000 }, {}, 60_000)?.details).toMatchObject({ limit: 'max_wall_ms' })
  })

  it('stops after an overshoot, too', () => {
    expect(refusal({ max_cost_usd: 0.5 }, { cost_usd: 7 })?.code).toBe('budget_exceeded')
  })

  it('does not stop for agents and tasks, which are counted where they are made', () => {
    expect(refusal({ max_agents: 1, max_tasks: 1 }, { agents: 5, tasks: 5 })).toBeUndefined()
  })

  it('never stops without limits', () => {
    expect(refusal({}, { tokens: 1e12, cost_usd: 1e6 }, 1e12)).toBeUndefined()
  })
})
