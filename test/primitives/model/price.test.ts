import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { savingsAmong } from '../../../src/primitives/model/decide-savings.ts'
import { cheapest, usdFor, usdPerMillion } from '../../../src/primitives/model/price.ts'
import type { ModelPrice, TimePrice } from '../../../src/primitives/model/terms.ts'

const million = { input_tokens: 0, output_tokens: 1_000_000 }
const machine = (tokens_per_s: number, usd_per_hour: number): TimePrice => ({ tokens_per_s, usd_per_hour })
const amount = fc.double({ min: 0, max: 1_000, noNaN: true })
const prices: fc.Arbitrary<ModelPrice> = fc.oneof(
  fc.record({ input_per_million_usd: amount, output_per_million_usd: amount }),
  fc.record({ usd_per_hour: amount, tokens_per_s: fc.double({ min: 0.1, max: 1_000, noNaN: true }) }),
)
const uses = fc.record({ input_tokens: fc.nat(1_000_000), output_tokens: fc.nat(1_000_000) })

describe('what a use costs', () => {
  it('by time is hours × $/hour plus kWh × $/kWh, as counted by hand', () => {
    // 1,000,000 / 100 / 3,600 = 2.7778 h; × $1.80 = $5.00; 2.7778 h × 0.45 kW = 1.25 kWh; × $0.20 = $0.25.
    expect(usdFor(machine(100, 1.8), million)).toBeCloseTo(5, 9)
    const powered = { ...machine(100, 1.8), watts: 450, usd_per_kwh: 0.2 }
    expect(usdFor(powered, million)).toBeCloseTo(5.25, 9)
    expect(usdFor(powered, { input_tokens: 300_000, output_tokens: 200_000 })).toBeCloseTo(2.625, 9)
    expect(usdPerMillion(powered)).toEqual({
      read: expect.closeTo(5.25, 9),
      written: expect.closeTo(5.25, 9),
    })
  })

  it('by token is what was read and what was written, each at its price', () => {
    const price = { input_per_million_usd: 3, output_per_million_usd: 15 }
    // 200,000 × 3 / 1,000,000 + 10,000 × 15 / 1,000,000 = 0.60 + 0.15.
    expect(usdFor(price, { input_tokens: 200_000, output_tokens: 10_000 })).toBeCloseTo(0.75, 12)
    expect(usdPerMillion(price)).toEqual({ read: 3, written: 15 })
  })

  it('adds up: of two uses together it is what both cost', () =>
    fc.assert(
      fc.property(prices, uses, uses, (price, a, b) => {
        const both = {
          input_tokens: a.input_tokens + b.input_tokens,
          output_tokens: a.output_tokens + b.output_tokens,
        }
        expect(usdFor(price, both)).toBeCloseTo(usdFor(price, a) + usdFor(price, b), 6)
      }),
    ))
})

describe('the cheapest', () => {
  it('of two machines: throughput outweighs the dearer hour', () => {
    const slow = { name: 'slow', price: machine(40, 1) }
    const fast = { name: 'fast', price: machine(200, 2.5) }
    // 1,000,000 / 40 / 3,600 × 1 = 6.9444; 1,000,000 / 200 / 3,600 × 2.5 = 3.4722: half saved.
    const found = cheapest([slow, fast], million)
    expect(found?.one).toBe(fast)
    expect(found?.usd).toBeCloseTo((1_000_000 / 200 / 3_600) * 2.5, 9)
    expect(found?.savings).toEqual([
      { instead_of: slow, usd: expect.closeTo(3.472_222_222, 9), share: expect.closeTo(0.5, 9) },
    ])
    expect(cheapest([], million)).toBeUndefined()
  })

  it('costs no more than any other, and saves the difference', () =>
    fc.assert(
      fc.property(fc.array(prices, { minLength: 1, maxLength: 6 }), uses, (all, use) => {
        const found = cheapest(
          all.map((price, i) => ({ i, price })),
          use,
        )
        const costs = all.map((price) => usdFor(price, use))
        expect(found?.usd).toBe(Math.min(...costs))
        for (const { instead_of, usd, share } of found?.savings ?? []) {
          expect(usd).toBeCloseTo((costs[instead_of.i] ?? 0) - Math.min(...costs), 9)
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share).toBeLessThanOrEqual(1)
        }
        expect(found?.savings).toHaveLength(all.length - 1)
      }),
    ))
})

describe('savings among endpoints', () => {
  const at = (name: string, price: ModelPrice | null, more: { group?: string; model?: string } = {}) => ({
    endpoint: { name, price, group: more.group ?? null, model: more.model ?? 'llama' },
  })
  const api = { input_per_million_usd: 3, output_per_million_usd: 15 }

  it('compares those of one group, and those of one model without a group', () => {
    const found = savingsAmong([
      at('a', api, { group: 'g' }),
      at('b', machine(100, 1.8), { group: 'g', model: 'other' }),
      at('c', null),
      at('d', api),
      at('lone', api, { model: 'lone' }),
    ])
    expect(found.map(({ of, cheapest }) => [of, cheapest])).toEqual([
      ['g', 'b'],
      ['llama', 'd'],
    ])
    // Half read and half written at 3 and 15 is 9; the machine takes 5 whichever it is.
    expect(found[0]).toMatchObject({
      read_share: 0.5,
      n: 0,
      usd_per_million: expect.closeTo(5, 9),
      instead_of: [
        {
          name: 'a',
          usd_per_million: expect.closeTo(9, 9),
          saves_usd: expect.closeTo(4, 9),
          saves_share: expect.closeTo(4 / 9, 9),
        },
      ],
      no_price: [],
    })
    expect(found[1]).toMatchObject({ instead_of: [], no_price: ['c'] })
  })

  it('goes by how much is read and written, once five turns told', () => {
    const used = { n: 3, input_tokens: 900, output_tokens: 100 }
    const both = (n: number) =>
      savingsAmong([
        { ...at('a', api), used: { ...used, n } },
        { ...at('b', machine(100, 1.8)), used: { ...used, n: 2 } },
      ])[0]
    expect(both(2)).toMatchObject({ read_share: 0.5, n: 4, cheapest: 'b' })
    // 0.9 × 3 + 0.1 × 15 = 4.2, below the machine's 5.
    expect(both(3)).toMatchObject({
      read_share: 0.9,
      n: 5,
      cheapest: 'a',
      usd_per_million: expect.closeTo(4.2, 9),
    })
  })

  it('knows no price where there is none', () => {
    expect(savingsAmong([at('a', null), at('b', null)])).toEqual([
      {
        of: 'llama',
        read_share: 0.5,
        n: 0,
        cheapest: null,
        usd_per_million: null,
        instead_of: [],
        no_price: ['a', 'b'],
      },
    ])
  })
})
