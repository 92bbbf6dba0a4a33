import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain, explainRoute } from '../../../src/primitives/routing/decide/explain.ts'
import { mostCandidates } from '../../../src/primitives/routing/decide/narrow.ts'
import { recordRoute, replay } from '../../../src/primitives/routing/decide/record.ts'
import { strategies } from '../../../src/primitives/routing/decide/request.ts'
import { route } from '../../../src/primitives/routing/decide/route.ts'
import { anyRequest, candidate, request } from './requests.ts'

const throughTheLog = <T>(value: T): T => JSON.parse(JSON.stringify(value))

describe('the record of a decision', () => {
  it('leads to the same decision again, through the log and back', () => {
    fc.assert(
      fc.property(anyRequest, (asked) => {
        const record = throughTheLog(recordRoute(asked))
        expect(replay(record)).toEqual({ agrees: true, decision: record.decision })
      }),
    )
  })

  it('does not agree with a decision that was not made', () => {
    const record = recordRoute(request([candidate('a'), candidate('b')]))
    const forged = { ...record, decision: { ...record.decision, agent_id: 'b' } }
    expect(replay(forged).agrees).toBe(false)
  })

  it.each(strategies)('stays small with 200 candidates, and replays (%s)', (strategy) => {
    const many = Array.from({ length: 200 }, (_, i) =>
      candidate(`agt_${i}`, {
        order: i,
        weight: 1 + (i % 3),
        success: { done: i % 7, failed: i % 3 },
        load: { claimed: i % 4, max: 4 },
        cost_per_task_usd: (i % 11) / 100,
      }),
    )
    const record = throughTheLog(recordRoute(request(many, { strategy, turn: 77 })))
    expect(record.request.candidates).toHaveLength(mostCandidates)
    expect(record.left_out).toBe(200 - mostCandidates)
    expect(record.decision.agent_id).not.toBeNull()
    expect(replay(record).agrees).toBe(true)
    expect(JSON.stringify(record).length).toBeLessThan(16_000)
  })

  it('finds the one who is open among many who are not, and says why the others are not', () => {
    const many = Array.from({ length: 60 }, (_, order) =>
      candidate(`agt_${order}`, {
        order,
        weight: order === 41 ? 1 : 9,
        available: order === 41 || 'no_worker',
      }),
    )
    const targets = [
      { label: 'first', agent_ids: ['agt_55', 'agt_56'] },
      { label: 'rest', agent_ids: many.map(({ agent_id }) => agent_id) },
    ]
    for (const strategy of strategies) {
      const { decision, request: kept } = recordRoute(request(many, { strategy, targets, turn: 7 }))
      expect(decision).toMatchObject({ agent_id: 'agt_41', target: 'rest' })
      expect(decision.candidates.filter(({ why_not }) => why_not === 'no_worker')).toHaveLength(
        mostCandidates - 1,
      )
      expect(kept.targets.flatMap(({ agent_ids }) => agent_ids).length).toBeLessThan(2 * mostCandidates)
    }
  })

  it.each(['formula', 'least_loaded', 'priority', 'cost'] as const)(
    'chooses among many whom it would choose without a limit (%s)',
    (strategy) => {
      const facts = fc.record({
        proficiency: fc.double({ min: 0, max: 1, noNaN: true }),
        cost_per_task_usd: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        success: fc.record({ done: fc.nat(9), failed: fc.nat(9) }),
        load: fc.record({ claimed: fc.nat(4), max: fc.constant(4) }),
      })
      fc.assert(
        fc.property(fc.array(facts, { minLength: 25, maxLength: 60 }), (given) => {
          const asked = request(
            given.map((one, order) => candidate(`agt_${order}`, { ...one, order })),
            { strategy },
          )
          expect(recordRoute(asked).decision.agent_id).toBe(route(asked).agent_id)
        }),
        { numRuns: 50 },
      )
    },
  )

  it('goes around all of many agents', () => {
    const many = Array.from({ length: 100 }, (_, order) => candidate(`agt_${order}`, { order }))
    const turns = Array.from({ length: 100 }, (_, turn) => turn)
    const served = turns.map(
      (turn) => recordRoute(request(many, { strategy: 'round_robin', turn })).decision.agent_id,
    )
    expect(served).toEqual(many.map(({ agent_id }) => agent_id))
  })
})

describe('the explanation', () => {
  const down = candidate('agt_gpu', { available: 'circuit_open' })
  const ana = candidate('agt_ana', { name: 'ana', success: { done: 3, failed: 1 } })
  const targets = [
    { label: 'gpu', agent_ids: ['agt_gpu'] },
    { label: 'rest', agent_ids: ['agt_ana', 'agt_new'] },
  ]

  it('tells the choice, the numbers and the hops', () => {
    const record = recordRoute(request([down, ana, candidate('agt_new')], { targets }))
    expect(explain(record)).toBe(
      [
        'formula: agt_ana.',
        'ana scores 0.75 = success 0.75 (4 outcomes) × free share 1, before agt_new with 0.5, in target rest after gpu (circuit_open ×1).',
        '1. agt_ana (ana): 0.75 (success_rate 0.75, free_share 1, n 4)',
        '2. agt_new: 0.5 (success_rate 0.5, free_share 1, n 0)',
        '- agt_gpu: circuit_open',
      ].join('\n'),
    )
    expect(explainRoute(record)).toMatchObject({ replays: true, text: explain(record) })
  })

  it('tells why nobody was chosen', () => {
    const { text } = explainRoute(request([down], { targets }))
    expect(text).toBe(
      [
        'formula: nobody.',
        'Of 1 who could do it nobody can take it now: circuit_open ×1.',
        '- agt_gpu: circuit_open',
        'Target gpu: circuit_open ×1.',
        'Target rest: nobody.',
      ].join('\n'),
    )
  })
})
