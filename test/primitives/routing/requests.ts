import fc from 'fast-check'
import {
  obstacles,
  type RouteCandidate,
  type RouteRequest,
  strategies,
} from '../../../src/primitives/routing/decide/request.ts'

/** An agent without a past, free for four tasks, unless said otherwise. */
export const candidate = (agent_id: string, given: Partial<RouteCandidate> = {}): RouteCandidate => ({
  agent_id,
  name: null,
  arm: `${agent_id}|model|m`,
  order: 0,
  weight: 1,
  load: { claimed: 0, max: 4 },
  success: { done: 0, failed: 0 },
  cost_per_task_usd: null,
  proficiency: 1,
  available: true,
  learned: null,
  ...given,
})

export const request = (
  candidates: readonly RouteCandidate[],
  given: Partial<RouteRequest> = {},
): RouteRequest => ({
  features: { type: 'code', length: 'medium', urgency: 'normal', requires: [] },
  strategy: 'formula',
  candidates,
  exclude: [],
  turn: 0,
  targets: [],
  ...given,
})

const outcomes = fc.record({ done: fc.nat(40), failed: fc.nat(40) })

/** Counts in which each level contains the next. */
const experience = fc.tuple(outcomes, outcomes, outcomes).map(([cell, more, most]) => {
  const sum = (a: typeof cell, b: typeof cell) => ({ done: a.done + b.done, failed: a.failed + b.failed })
  return { cell, type: sum(cell, more), overall: sum(sum(cell, more), most) }
})

const facts = fc.record({
  arm: fc.constantFrom('p|model|a', 'p|model|b', 'q|command|c'),
  order: fc.nat(3),
  weight: fc.oneof(fc.nat(5), fc.double({ min: 0, max: 3, noNaN: true })),
  load: fc.record({ claimed: fc.nat(5), max: fc.integer({ min: 1, max: 5 }) }),
  success: outcomes,
  cost_per_task_usd: fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
  proficiency: fc.double({ min: 0, max: 1, noNaN: true }),
  available: fc.oneof(
    { weight: 4, arbitrary: fc.constant(true as const) },
    { weight: 1, arbitrary: fc.constantFrom(...obstacles) },
  ),
  learned: fc.option(experience),
})

const ids = ['agt_a', 'agt_b', 'agt_c', 'agt_d', 'agt_e', 'agt_f']

/** Any request of up to six agents, fallback chains included. */
export const anyRequest: fc.Arbitrary<RouteRequest> = fc
  .record({
    strategy: fc.constantFrom(...strategies),
    pool: fc.array(facts, { maxLength: ids.length }),
    exclude: fc.subarray(ids, { maxLength: 2 }),
    turn: fc.nat(1_000),
    targets: fc.array(fc.record({ label: fc.constantFrom('gpu', 'cpu'), agent_ids: fc.subarray(ids) }), {
      maxLength: 3,
    }),
  })
  .map(({ pool, ...rest }) =>
    request(
      pool.map((given, i) => candidate(ids[i] ?? '', given)),
      rest,
    ),
  )
