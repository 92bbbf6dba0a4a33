import { describe, expect, it } from 'vitest'
import { ObservationWindow } from '../../src/runners/observation.ts'

const turn = (latency_ms: number, more: object = {}) => ({ ok: true, latency_ms, ...more })

describe('a window of a dispatcher', () => {
  it('sums up what happened, percentiles by nearest rank as counted by hand', () => {
    const window = new ObservationWindow(1_000)
    // 1 … 200 ms in no order: rank ⌈0.99 · 200⌉ = 198, rank ⌈0.5 · 200⌉ = 100.
    for (let i = 1; i <= 200; i++) window.note(turn(((i * 77) % 200) + 1, { cost_usd: 0.01, tokens: 10 }))
    window.note({ ok: false, latency_ms: 5_000, cost_usd: 1 })
    window.queue(7, 3)
    const found = window.close(11_000)
    // With the failed one 201: rank ⌈198.99⌉ = 199, rank ⌈100.5⌉ = 101.
    expect(found).toMatchObject({
      at: 11_000,
      window_ms: 10_000,
      completed: 200,
      failed: 1,
      latency_ms: { p50: 101, p99: 199, n: 201 },
      queue_depth: 7,
      running: 3,
      tokens: 2_000,
    })
    expect(found?.cost_usd).toBeCloseTo(3, 10)
  })

  it('closes after 10 s with 20 turns, after 60 s with fewer, and begins anew', () => {
    const window = new ObservationWindow(0)
    for (let i = 0; i < 20; i++) window.note(turn(1))
    expect(window.close(9_999)).toBeUndefined()
    expect(window.close(10_000)).toMatchObject({ completed: 20, window_ms: 10_000 })
    window.note(turn(1))
    expect(window.close(30_000)).toBeUndefined()
    expect(window.close(70_000)).toMatchObject({ completed: 1, window_ms: 60_000, cost_usd: 0, tokens: 0 })
  })

  it('without a turn tells the queue after 10 s, with no latency made up', () => {
    const window = new ObservationWindow(0)
    window.queue(9, 4)
    expect(window.close(10_000)).toMatchObject({
      completed: 0,
      latency_ms: { p50: null, p99: null, n: 0 },
      queue_depth: 9,
      running: 4,
    })
  })

  it('tells only the beginning of a silence', () => {
    const window = new ObservationWindow(0)
    const told = Array.from({ length: 50 }, (_, i) => window.close((i + 1) * 10_000)).filter(Boolean)
    expect(told).toHaveLength(12)
    window.queue(1, 0)
    expect(window.close(600_000)).toMatchObject({ queue_depth: 1 })
  })

  it('survives a clock that goes back', () => {
    const window = new ObservationWindow(1_000_000)
    expect(window.close(0)).toBeUndefined()
    expect(window.close(10_000)).toMatchObject({ window_ms: 10_000 })
  })
})
