import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../src/primitives/routing/decide/refusal.ts'
import type { RouteRequest, Strategy } from '../../../src/primitives/routing/decide/request.ts'
import { route } from '../../../src/primitives/routing/decide/route.ts'
import { anyRequest, candidate, request } from './requests.ts'

/** Whom each of so many turns goes to. */
const served = (asked: RouteRequest, turns: number) =>
  Array.from({ length: turns }, (_, turn) => route({ ...asked, turn }).agent_id)

const trio = ['A', 'B', 'C'].map((id, order) => candidate(id, { order }))

describe('the formula', () => {
  const four = [
    candidate('ana', { success: { done: 19, failed: 1 }, load: { claimed: 2, max: 4 } }),
    candidate('ben', { success: { done: 2, failed: 1 }, load: { claimed: 1, max: 4 } }),
    candidate('cy', { load: { claimed: 0, max: 1 } }),
    candidate('dee', { success: { done: 100, failed: 0 }, load: { claimed: 3, max: 3 } }),
  ]

  it('gives four agents the scores that a hand calculation gives', () => {
    const { agent_id, candidates } = route(request(four))
    expect(agent_id).toBe('cy')
    // cy: 0.5 × 1; ben: 2/3 × 3/4 = 1/2 as well, but less of it is free; ana: 0.95 × 0.5; dee is full.
    expect(candidates.map((one) => one.agent_id)).toEqual(['cy', 'ben', 'ana', 'dee'])
    expect(candidates[0]?.score).toBeCloseTo(0.5, 9)
    expect(candidates[1]?.score).toBeCloseTo(0.5, 9)
    expect(candidates[2]?.score).toBeCloseTo(0.475, 9)
    expect(candidates[3]).toMatchObject({ score: null, why_not: 'at_capacity' })
    expect(candidates[2]?.contributions).toEqual({ success_rate: 0.95, free_share: 0.5, n: 20 })
  })

  it('says in one sentence what decided', () => {
    const { reason } = route(request(four.slice(0, 2)))
    expect(reason).toBe(
      'ben scores 0.5 = success 0.667 (3 outcomes) × free share 0.75, before ana with 0.475.',
    )
  })

  it('shows an agent that only failed as 0, and one without outcomes as neutral', () => {
    const failing = candidate('bad', { success: { done: 0, failed: 1 } })
    expect(route(request([failing, candidate('new')])).candidates).toMatchObject([
      { agent_id: 'new', score: 0.5 },
      { agent_id: 'bad', score: 0 },
    ])
  })
})

describe('when nobody can be chosen', () => {
  it('tells that nobody is capable from that nobody is available', () => {
    const unable = candidate('a', { available: 'lacks_capability' })
    const full = candidate('b', { load: { claimed: 1, max: 1 } })
    expect(route(request([]))).toMatchObject({ agent_id: null, fault: 'no_capable' })
    expect(route(request([unable]))).toMatchObject({ agent_id: null, fault: 'no_capable' })
    expect(route(request([unable, full]))).toMatchObject({
      agent_id: null,
      fault: 'none_available',
      reason: 'Of 1 who could do it nobody can take it now: at_capacity ×1.',
    })
    expect(route(request([candidate('c')], { exclude: ['c'] }))).toMatchObject({
      fault: 'none_available',
      candidates: [{ agent_id: 'c', why_not: 'excluded' }],
    })
  })

  it('refuses with a code for each', () => {
    expect(refusalOf(route(request([])))?.code).toBe('capability_missing')
    const down = candidate('a', { available: 'circuit_open' })
    const targets = [{ label: 'gpu', agent_ids: ['a'] }]
    const refusal = refusalOf(route(request([down], { targets })))
    expect(refusal?.code).toBe('at_capacity')
    expect(refusal?.details).toEqual({
      fault: 'none_available',
      hops: [{ target: 'gpu', why_not: 'circuit_open ×1' }],
      candidates: [{ agent_id: 'a', why_not: 'circuit_open' }],
    })
    expect(refusalOf(route(request(trio)))).toBeUndefined()
  })
})

describe('round robin', () => {
  it('goes around', () => {
    expect(served(request(trio, { strategy: 'round_robin' }), 6).join('')).toBe('ABCABC')
  })

  it('gives the turn of one who is busy to the next, and shifts nobody else', () => {
    const busy = trio.map((one) => (one.agent_id === 'B' ? { ...one, load: { claimed: 4, max: 4 } } : one))
    expect(served(request(busy, { strategy: 'round_robin' }), 6).join('')).toBe('ACCACC')
  })
})

describe('weighted', () => {
  const weighing = (...weights: number[]) =>
    request(
      weights.map((weight, order) => candidate('ABCDE'[order] ?? '', { order, weight })),
      { strategy: 'weighted' },
    )

  it('keeps 1:3 within 25 ± 3 % over 400', () => {
    const shares = served(weighing(1, 3), 400).filter((id) => id === 'A').length / 400
    expect(shares).toBeGreaterThanOrEqual(0.22)
    expect(shares).toBeLessThanOrEqual(0.28)
  })

  it("spreads like nginx's example of 5, 1, 1", () => {
    expect(served(weighing(5, 1, 1), 7).join('')).toBe('AABACAA')
  })

  it('never serves a weight of 0', () => {
    expect(new Set(served(weighing(0, 1), 20))).toEqual(new Set(['B']))
    expect(route(weighing(0)).candidates).toMatchObject([{ why_not: 'no_weight' }])
  })

  it('serves every weight its share over a period', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(weights, (given) => {
        const sum = given.reduce((a, b) => a + b, 0)
        const found = served(weighing(...given), sum)
        for (const [i, weight] of given.entries())
          expect(found.filter((id) => id === 'ABCDE'[i])).toHaveLength(weight)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the other strategies', () => {
  const first = (strategy: Strategy, ...candidates: ReturnType<typeof candidate>[]) =>
    route(request(candidates, { strategy })).agent_id

  it('least loaded picks the least load', () => {
    const loads = fc.array(fc.nat(9), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(loads, (claimed) => {
        const agents = claimed.map((n, i) => candidate(`a${i}`, { load: { claimed: n, max: 10 } }))
        const chosen = agents.find(({ agent_id }) => agent_id === first('least_loaded', ...agents))
        expect(chosen?.load.claimed).toBe(Math.min(...claimed))
      }),
    )
  })

  it('priority picks the most proficient, then the first declared', () => {
    const able = candidate('z', { proficiency: 0.9, order: 2 })
    expect(first('priority', candidate('a', { proficiency: 0.4 }), able)).toBe('z')
    expect(first('priority', candidate('y', { proficiency: 0.9, order: 3 }), able)).toBe('z')
  })

  it('cost picks the cheapest; unknown is not free', () => {
    const cheap = candidate('cheap', { cost_per_task_usd: 0.02 })
    const dear = candidate('dear', { cost_per_task_usd: 0.3 })
    expect(first('cost', candidate('a'), dear, cheap)).toBe('cheap')
    const thin = route(request([candidate('a')], { strategy: 'cost' }))
    expect(thin).toMatchObject({ agent_id: 'a', fell_back_to: 'formula' })
    expect(thin.reason).toContain('insufficient data (no costs are known)')
  })
})

describe('cost by price', () => {
  const by_price = { input_tokens: 1_000, output_tokens: 500, n: 12 }
  const gpu = candidate('gpu', { cost_per_task_usd: 0.0042, by_price })
  const api = candidate('api', { cost_per_task_usd: 0.0105, by_price })
  const asked = (more: object = {}) => request([api, gpu], { strategy: 'cost', ...more })

  it('says for which tokens, and what the next would cost', () => {
    const { agent_id, reason } = route(asked())
    expect(agent_id).toBe('gpu')
    expect(reason).toBe(
      'gpu costs least: 0.0042 USD a task, by price for 1000 tokens read and 500 written (mean of 12 turns), before api with 0.0105 USD.',
    )
  })

  it('says what is the most where no turn was measured, and what the run has left', () => {
    const most = candidate('gpu', { cost_per_task_usd: 0.0042, by_price: { ...by_price, n: 0 } })
    expect(route(request([most], { strategy: 'cost', budget_left_usd: 0.004 })).reason).toBe(
      'gpu costs least: 0.0042 USD a task at most, by price for 1000 tokens read and 500 written, more than the 0.004 USD that the run has left, the only one open.',
    )
    expect(route(asked({ budget_left_usd: 0.0042 })).reason).not.toContain('has left')
  })
})

describe('a fallback chain', () => {
  const targets = [
    { label: 'gpu', agent_ids: ['A'] },
    { label: 'cpu', agent_ids: ['B', 'gone'] },
    { label: 'any', agent_ids: ['A', 'B', 'C'] },
  ]
  const chained = (...down: string[]) =>
    route(
      request(
        trio.map((one) => (down.includes(one.agent_id) ? { ...one, available: 'circuit_open' } : one)),
        { targets },
      ),
    )

  it('goes to the first target, then on, and says why', () => {
    expect(chained()).toMatchObject({ agent_id: 'A', target: 'gpu', hops: [] })
    expect(chained('A')).toMatchObject({
      agent_id: 'B',
      target: 'cpu',
      hops: [{ target: 'gpu', why_not: 'circuit_open ×1' }],
    })
    expect(chained('A', 'B')).toMatchObject({ agent_id: 'C', target: 'any', hops: { length: 2 } })
    expect(chained('A', 'B', 'C')).toMatchObject({
      agent_id: null,
      fault: 'none_available',
      hops: [
        { target: 'gpu', why_not: 'circuit_open ×1' },
        { target: 'cpu', why_not: 'circuit_open ×1' },
        { target: 'any', why_not: 'circuit_open ×3' },
      ],
    })
  })

  it('says of a target that names nobody here', () => {
    const decision = route(request(trio, { targets: [{ label: 'gone', agent_ids: ['agt_gone'] }] }))
    expect(decision).toMatchObject({ agent_id: null, hops: [{ target: 'gone', why_not: 'nobody' }] })
    expect(decision.candidates.every(({ why_not }) => why_not === 'not_in_target')).toBe(true)
  })
})

describe('any request', () => {
  it('leads to the same decision in whatever order its candidates stand', () => {
    fc.assert(
      fc.property(anyRequest, fc.integer(), (asked, seed) => {
        const shuffled = asked.candidates
          .map((one, i) => ({ one, key: Math.sin(seed + i) }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        expect(route({ ...asked, candidates: shuffled })).toEqual(route(asked))
      }),
    )
  })

  it('never chooses one who is not open, and finds one whenever there is one', () => {
    fc.assert(
      fc.property(anyRequest, (asked) => {
        const { agent_id, candidates, fault } = route(asked)
        const targeted = asked.targets.flatMap((target) => target.agent_ids)
        const open = asked.candidates.filter(
          ({ agent_id: id, available, load, weight }) =>
            available === true &&
            !asked.exclude.includes(id) &&
            load.claimed < load.max &&
            (asked.strategy !== 'weighted' || weight > 0) &&
            (asked.targets.length === 0 || targeted.includes(id)),
        )
        expect(agent_id === null).toBe(open.length === 0)
        expect(fault === undefined).toBe(open.length > 0)
        if (agent_id !== null) expect(open.map((one) => one.agent_id)).toContain(agent_id)
        expect(candidates.map((one) => one.agent_id).sort()).toEqual(
          asked.candidates.map((one) => one.agent_id).sort(),
        )
        expect(candidates[0]?.agent_id ?? null).toBe(agent_id ?? candidates[0]?.agent_id ?? null)
      }),
    )
  })
})
