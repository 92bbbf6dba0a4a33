import { describe, expect, it } from 'vitest'
import { kneeOf, paretoFront } from '../../../src/primitives/tuning/decide/pareto.ts'
import type { ObjectiveName } from '../../../src/primitives/tuning/events.ts'
import { viewOf } from '../../../src/primitives/tuning/queries.ts'
import { Random } from '../../support/random.ts'
import { balancedWorth, bestBy, measuresOf, shared } from './shared-system.ts'
import { type System, setUp, simulate } from './simulator.ts'

const target = { latency: 60, throughput: null, cost: null, balanced: null } as const
const tuned = (objective: ObjectiveName, set?: { batch_size: number; concurrency: number }) =>
  simulate(setUp({ objective, target_p99_ms: target[objective], set }), shared, 400)

const starts = [undefined, { batch_size: 16, concurrency: 32 }, { batch_size: 1, concurrency: 2 }]

describe('on one system', () => {
  it('the four objectives end at four different settings', () => {
    const ends = (['latency', 'throughput', 'cost', 'balanced'] as const).map((name) =>
      JSON.stringify(tuned(name).state.knobs),
    )
    expect(new Set(ends).size).toBe(4)
  })

  for (const set of starts) {
    const from = JSON.stringify(set ?? 'the start')
    // The best of all 496 settings, found by trying them, is the measure.
    it(`throughput comes within 3 % of the most there is, from ${from}`, () => {
      const end = measuresOf(tuned('throughput', set).state.knobs)
      const best = measuresOf(bestBy((point) => point.throughput))
      expect(end.throughput).toBeGreaterThanOrEqual(0.97 * best.throughput)
    })

    it(`cost comes within 3 % of the least there is, from ${from}`, () => {
      const end = measuresOf(tuned('cost', set).state.knobs)
      const best = measuresOf(bestBy((point) => -(point.cost_usd ?? 0)))
      expect(end.cost_usd).toBeLessThanOrEqual(1.03 * best.cost_usd)
    })

    it(`balanced comes within 5 % of the greatest power there is, from ${from}`, () => {
      const end = balancedWorth(measuresOf(tuned('balanced', set).state.knobs))
      expect(end).toBeGreaterThanOrEqual(balancedWorth(measuresOf(bestBy(balancedWorth))) - 0.05)
    })

    it(`latency ends under its target, near to it, from ${from}`, () => {
      const end = measuresOf(tuned('latency', set).state.knobs)
      expect(end.latency_ms).toBeLessThanOrEqual(60)
      expect(end.latency_ms).toBeGreaterThan(0.9 * 60)
    })
  }

  it('a target is kept under every objective', () => {
    const { state } = simulate(setUp({ objective: 'throughput', target_p99_ms: 60 }), shared, 400)
    expect(measuresOf(state.knobs).latency_ms).toBeLessThanOrEqual(60)
    expect(measuresOf(state.knobs).throughput).toBeGreaterThan(
      measuresOf({ batch_size: 4, concurrency: 4 }).throughput,
    )
  })

  it('noise of ±30 % does not swing any of them from end to end', () => {
    for (const objective of ['throughput', 'cost', 'balanced'] as const)
      for (let seed = 1; seed <= 5; seed++) {
        const chance = new Random(seed)
        const noise = () => 0.7 + 0.6 * chance.next()
        const noisy: System = (knobs) => {
          const { latency_ms, throughput, cost_usd } = measuresOf(knobs)
          const completed = Math.round(10 * throughput * noise())
          return { p99: latency_ms * noise(), completed, cost: cost_usd * completed * noise(), queue: 500 }
        }
        const { path } = simulate(setUp({ objective }), noisy, 500)
        path.forEach(({ batch_size, concurrency }, i) => {
          const before = path[i - 1]
          if (!before) return
          // One step at most doubles or halves, or goes back where it came from.
          const label = `${objective}, seed ${seed}, window ${i}`
          expect(
            Math.max(batch_size / before.batch_size, before.batch_size / batch_size),
            label,
          ).toBeLessThanOrEqual(2)
          expect(
            Math.max(concurrency / before.concurrency, before.concurrency / concurrency),
            label,
          ).toBeLessThanOrEqual(2)
        })
        const ends = path.filter(({ concurrency }) => concurrency === 32)
        expect(ends, `${objective}, seed ${seed}`).toEqual([])
      }
  })
})

describe('cost', () => {
  it('moves nothing while no cost is known', () => {
    const run = simulate(setUp({ objective: 'cost' }), () => ({ p99: 5, queue: 500 }), 50)
    expect(run.state.knobs).toEqual({ batch_size: 4, concurrency: 4 })
    expect(new Set(run.events.map(({ type }) => type))).toEqual(new Set(['tuning.observed']))
  })
})

describe('balanced', () => {
  const run = tuned('balanced')
  const { front } = viewOf(run.state)

  it('remembers what it tried, and tells which of it no other setting beats', () => {
    expect(run.state.tried.length).toBeGreaterThan(4)
    expect(front?.map(({ knee: _, ...tried }) => tried)).toEqual(paretoFront(run.state.tried))
  })

  it('stands at the knee of them, or within a tenth of it', () => {
    const knee = front?.find((one) => one.knee)
    expect(knee).toMatchObject(kneeOf(run.state.tried, run.state.objective.weights) ?? {})
    expect(balancedWorth(measuresOf(run.state.knobs))).toBeGreaterThan(
      balancedWorth(measuresOf(knee?.knobs ?? run.state.knobs)) - Math.log(1.1),
    )
  })

  it('goes another way with other weights', () => {
    const ends = [
      { latency: 1, throughput: 0.1 },
      { latency: 0.1, throughput: 1 },
    ].map((weights) => simulate(setUp({ objective: 'balanced', weights }), shared, 400).state.knobs)
    const [fast, busy] = ends.map(measuresOf)
    expect(fast?.latency_ms).toBeLessThan(busy?.latency_ms ?? 0)
    expect(fast?.throughput).toBeLessThan(busy?.throughput ?? 0)
  })

  it('goes without cost while none is reported', () => {
    const free: System = (knobs) => ({ ...shared(knobs), cost: 0 })
    const { state } = simulate(setUp({ objective: 'balanced' }), free, 200)
    expect(state.knobs).not.toEqual({ batch_size: 4, concurrency: 4 })
    expect(viewOf(state).front?.every(({ cost_usd }) => cost_usd === null)).toBe(true)
  })
})
