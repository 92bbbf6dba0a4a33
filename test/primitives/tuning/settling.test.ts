import { describe, expect, it } from 'vitest'
import { Random } from '../../support/random.ts'
import { type Run, type System, setUp, simulate, spread } from './simulator.ts'

const batches = ({ path }: Run) => path.map(({ batch_size }) => batch_size)
const concurrencies = ({ path }: Run) => path.map(({ concurrency }) => concurrency)
const byBatch =
  (queue: number): System =>
  ({ batch_size }) => ({ p99: 10 + 5 * batch_size, queue })

describe('latency = 10 + 5 · batch ms under a target of 60', () => {
  const starts = [undefined, { batch_size: 1 }, { batch_size: 16, concurrency: 32 }, { batch_size: 12 }]
  for (const set of starts)
    for (const queue of [0, 5, 500])
      it(`settles at 8–10 within 30 windows, from ${JSON.stringify(set ?? 'the start')} with ${queue} waiting`, () => {
        const run = simulate(setUp({ target_p99_ms: 60, set }), byBatch(queue), 80)
        const settled = batches(run).slice(29)
        expect(settled[0]).toBeGreaterThanOrEqual(8)
        expect(settled[0]).toBeLessThanOrEqual(10)
        expect(spread(settled)).toBeLessThanOrEqual(1)
        expect(
          concurrencies(run)
            .slice(30)
            .every((c, i, all) => c === all[0] || i === 0),
        ).toBe(true)
      })

  it('finds the new place when the system becomes slower, and when it recovers', () => {
    const before = simulate(setUp({ target_p99_ms: 60 }), byBatch(5), 60)
    const slower = simulate(before.state, ({ batch_size }) => ({ p99: 10 + 20 * batch_size }), 60)
    expect(batches(slower).at(-1)).toBe(2)
    const again = simulate(slower.state, byBatch(5), 60)
    expect(batches(again).at(-1)).toBeGreaterThanOrEqual(8)
    expect(batches(again).at(-1)).toBeLessThanOrEqual(10)
  })

  it('is not swung about by noise of ±30 %', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const chance = new Random(seed)
      const noisy: System = ({ batch_size }) => ({
        p99: (10 + 5 * batch_size) * (0.7 + 0.6 * chance.next()),
      })
      const run = simulate(setUp({ target_p99_ms: 60 }), noisy, 300)
      const settled = batches(run).slice(100)
      expect(Math.min(...settled), `seed ${seed}`).toBeGreaterThanOrEqual(6)
      expect(Math.max(...settled), `seed ${seed}`).toBeLessThanOrEqual(12)
      expect(spread(settled), `seed ${seed}`).toBeLessThanOrEqual(4)
    }
  })
})

describe('the bounds', () => {
  it('stop a batch that could grow for ever at 16, never 17', () => {
    for (const target_p99_ms of [60, null]) {
      const run = simulate(setUp({ target_p99_ms }), () => ({ p99: 5 }), 200)
      expect(batches(run).at(-1)).toBe(16)
      expect(Math.max(...batches(run))).toBe(16)
    }
  })

  it('go from 4 to 8 at once where latency is far below the target', () => {
    const run = simulate(setUp({ target_p99_ms: 60 }), () => ({ p99: 5, queue: 1 }), 2)
    expect(run.path.map(({ batch_size }) => batch_size)).toEqual([4, 8])
  })

  it('stop a batch that can never be small enough at 1, never 0', () => {
    const high = setUp({ target_p99_ms: 60, set: { batch_size: 16, concurrency: 32 } })
    const run = simulate(high, () => ({ p99: 500 }), 200)
    expect(run.path.at(-1)).toEqual({ batch_size: 1, concurrency: 2 })
    expect(Math.min(...batches(run))).toBe(1)
    expect(Math.min(...concurrencies(run))).toBe(2)
  })

  it('let a deep queue raise concurrency to 32, and an empty one lower it to 2', () => {
    for (const target_p99_ms of [60, null]) {
      const deep = simulate(setUp({ target_p99_ms }), () => ({ p99: 5, queue: 500 }), 200)
      expect(concurrencies(deep).at(-1)).toBe(32)
      expect(Math.max(...concurrencies(deep))).toBe(32)
      const empty = simulate(deep.state, () => ({ p99: 5, queue: 0 }), 40)
      expect(concurrencies(empty).at(-1)).toBe(2)
      expect(Math.min(...concurrencies(empty))).toBe(2)
    }
  })
})

describe('the queue', () => {
  const idle: System = () => ({ completed: 0, queue: 0 })
  const burst: System = () => ({ completed: 0, queue: 100, running: 32 })
  const deep = simulate(setUp({ target_p99_ms: 60 }), () => ({ p99: 5, queue: 500 }), 60)

  it('never takes concurrency below the turns under way', () => {
    const run = simulate(deep.state, () => ({ completed: 0, queue: 0, running: 7 }), 40)
    expect(concurrencies(run).at(-1)).toBe(7)
  })

  it('gets back what idleness took, without waiting for turns to end, and no more', () => {
    const slept = simulate(deep.state, idle, 40)
    expect(slept.state.knobs.concurrency).toBe(2)
    const run = simulate(slept.state, burst, 20)
    expect(concurrencies(run).slice(0, 4)).toEqual([4, 8, 16, 32])
    expect(new Set(concurrencies(run).slice(4))).toEqual(new Set([32]))
  })

  it('alone never raises concurrency beyond what was measured', () => {
    const run = simulate(setUp({}), burst, 60)
    expect(new Set(concurrencies(run))).toEqual(new Set([4]))
    expect(run.events).toEqual([])
  })

  it('that fills and empties in turn moves it ever more rarely', () => {
    // Four places are too few and five too many: drained in one window, full in the next.
    const run = simulate(
      setUp({ target_p99_ms: 60, set: { concurrency: 6 } }),
      ({ concurrency }) => ({ p99: 40, queue: concurrency >= 5 ? 0 : 20 }),
      600,
    )
    const moves = (path: readonly number[]) => path.filter((c, i) => i > 0 && c !== path[i - 1]).length
    const path = concurrencies(run)
    expect(moves(path.slice(0, 100))).toBeGreaterThan(0)
    expect(moves(path.slice(400))).toBeLessThanOrEqual(8)
    expect(moves(path.slice(400))).toBeLessThan(2 * moves(path.slice(0, 100)) + 1)
  })
})

describe('each change', () => {
  const run = simulate(
    setUp({ target_p99_ms: 60 }),
    ({ batch_size }) => ({ p99: 10 + 20 * batch_size, queue: 100 }),
    200,
  )

  it('is one event with before, after and why, next to the window that led to it', () => {
    const changes = run.events.filter(({ type }) => type !== 'tuning.observed')
    expect(changes.length).toBeGreaterThan(3)
    let knobs = { batch_size: 4, concurrency: 4 }
    for (const { data } of changes) {
      const { before, after, why, observation } = data as {
        before: object
        after: typeof knobs
        why: string
        observation: { at: number }
      }
      expect(before).toEqual(knobs)
      expect(after).not.toEqual(before)
      expect(why).toMatch(/\d/)
      expect(observation.at).toBeGreaterThan(0)
      knobs = after
    }
    expect(run.state.knobs).toEqual(knobs)
    expect(run.events).toHaveLength(200)
  })

  it('that does harm is taken back, and its way is closed for ever longer', () => {
    const backs = run.events.filter(({ type }) => type === 'tuning.taken_back')
    expect(backs.length).toBeGreaterThan(0)
    for (const { data } of backs)
      expect((data as { why: string }).why).toMatch(/^p99 .* is over 60 ms: taken back to /)
    const closings = Object.values(run.state.closings)
    expect(closings.some(({ misses }) => misses > 0)).toBe(true)
  })

  it('that makes turns fail is taken back', () => {
    const failing = simulate(
      setUp({ target_p99_ms: 60 }),
      ({ concurrency }) =>
        concurrency > 9 ? { p99: 5, completed: 60, failed: 40, queue: 500 } : { p99: 5, queue: 500 },
      120,
    )
    const back = failing.events.find(({ type }) => type === 'tuning.taken_back')
    expect(back?.data).toMatchObject({ why: expect.stringMatching(/^40 % of the turns fail, 0 % before/) })
    expect(
      concurrencies(failing)
        .slice(60)
        .every((c) => c <= 11),
    ).toBe(true)
    expect(failing.state.knobs.concurrency).toBeLessThanOrEqual(10)
  })

  it('is judged by turns that began after it: those of the setting before do not count', () => {
    const grown = simulate(setUp({ target_p99_ms: 60_000 }), () => ({ p99: 24_000 }), 2)
    expect(grown.state).toMatchObject({ knobs: { concurrency: 8 }, trial: [] })
    // A usual turn takes 12 s: the first two windows of 10 s still hold turns that began before the step.
    const late = simulate(grown.state, (_, i) => ({ p99: i < 2 ? 90_000 : 24_000 }), 3)
    expect(late.state.trial.map(({ latency_ms }) => latency_ms.p99)).toEqual([24_000])
    expect(late.state.knobs.concurrency).toBe(8)
  })

  it('is not made where most turns fail anyhow', () => {
    const run = simulate(setUp({}), () => ({ p99: 5, completed: 20, failed: 80, queue: 500 }), 50)
    expect(run.state.knobs).toEqual({ batch_size: 4, concurrency: 4 })
  })
})

describe('without an observation', () => {
  it('nothing changes and nothing is logged', () => {
    // No turn ended, nothing waits or runs, and there is nothing left to lower.
    const run = simulate(setUp({ set: { concurrency: 2 } }), () => ({ completed: 0, queue: 0 }), 50)
    expect(run.events).toEqual([])
  })
})
