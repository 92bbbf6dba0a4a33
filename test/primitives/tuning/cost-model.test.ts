import { describe, expect, it } from 'vitest'
import {
  cheapest,
  hoursPerMillion,
  type Price,
  usdFor,
} from '../../../src/primitives/tuning/decide/cost-model.ts'

const million = { input_tokens: 0, output_tokens: 1_000_000 }
const machine = (tokens_per_s: number, usd_per_hour: number): Price => ({
  by: 'time',
  tokens_per_s,
  usd_per_hour,
})

describe('the cost model', () => {
  it('by time is hours × $/hour plus kWh × $/kWh, as counted by hand', () => {
    // 1,000,000 / 100 / 3,600 = 2.7778 h; × $1.80 = $5.00; 2.7778 h × 0.45 kW = 1.25 kWh; × $0.20 = $0.25.
    expect(hoursPerMillion(100)).toBeCloseTo(2.777_777_8, 6)
    expect(usdFor(machine(100, 1.8), million)).toBeCloseTo(5, 10)
    const powered: Price = { by: 'time', tokens_per_s: 100, usd_per_hour: 1.8, watts: 450, usd_per_kwh: 0.2 }
    expect(usdFor(powered, million)).toBeCloseTo(5.25, 10)
    expect(usdFor(powered, { input_tokens: 300_000, output_tokens: 200_000 })).toBeCloseTo(2.625, 10)
  })

  it('by token is what was read and what was written, each at its price', () => {
    const price: Price = { by: 'token', usd_per_m_input: 3, usd_per_m_output: 15 }
    // 200,000 × 3 / 1,000,000 + 10,000 × 15 / 1,000,000 = 0.60 + 0.15.
    expect(usdFor(price, { input_tokens: 200_000, output_tokens: 10_000 })).toBeCloseTo(0.75, 12)
  })

  it('picks the cheaper of two machines: throughput outweighs the dearer hour', () => {
    const slow = { name: 'slow', price: machine(40, 1) }
    const fast = { name: 'fast', price: machine(200, 2.5) }
    // 1,000,000 / 40 / 3,600 × 1 = 6.944; 1,000,000 / 200 / 3,600 × 2.5 = 3.472: half saved.
    const found = cheapest([slow, fast], million)
    expect(found?.backend).toBe(fast)
    expect(found?.usd).toBeCloseTo(3.472_222, 5)
    expect(found?.savings).toEqual([
      { instead_of: slow, usd: expect.closeTo(3.472_222, 5), share: expect.closeTo(0.5, 10) },
    ])
  })

  it('says when even the cheapest is beyond the budget', () => {
    const only = { price: machine(100, 1.8) }
    expect(cheapest([only], million, 4.99)).toMatchObject({ affordable: false })
    expect(cheapest([only], million, 5.01)).toMatchObject({ affordable: true, savings: [] })
    expect(cheapest([], million)).toBeUndefined()
  })

  it('never picks a machine that produces nothing over one that does', () => {
    const dead = { price: machine(0, 0.01) }
    const alive = { price: machine(1, 100) }
    expect(cheapest([dead, alive], million)).toMatchObject({ backend: alive, savings: [{ share: 1 }] })
  })
})
