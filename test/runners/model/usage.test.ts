import { describe, expect, it } from 'vitest'
import { reportedTokens, spentOn } from '../../../src/runners/model/usage.ts'
import { withModelServer } from '../../support/model-server.ts'
import { done, endpointAt, protocols, takeTurn } from './a-turn.ts'

const wrong = [1e308, 1.7e308, -5, 9e15, 1.5]
const price = { input_per_million_usd: 3, output_per_million_usd: 15 }

describe.each(protocols)('what an %s endpoint reports of its usage', (protocol) => {
  it.each(wrong)('counts as not reported where it cannot be true (%d)', (input) =>
    withModelServer(
      [{ reply: { kind: 'say', text: 'Two.', usage: { input, output: 7 } } }],
      async (server) => {
        const { result, evidence, metrics } = done(
          await takeTurn(endpointAt(server.url, { protocol, price })),
        )
        expect(result).toBe('Two.')
        expect(evidence.usage).toBe('implausible')
        expect(metrics).toEqual({ duration_ms: metrics.duration_ms, output_tokens: 7 })
      },
    ),
  )

  it('says nothing of usage that can be', () =>
    withModelServer([{ reply: { kind: 'say', text: 'Two.' } }], async (server) => {
      const { evidence, metrics } = done(await takeTurn(endpointAt(server.url, { protocol })))
      expect(evidence).not.toHaveProperty('usage')
      expect(metrics.tokens).toBe(18)
    }))
})

describe('the usage of a turn', () => {
  it('costs what its machine costs for so many tokens, however long the turn took', () => {
    const byTime = { usd_per_hour: 1.8, tokens_per_s: 100, watts: 450, usd_per_kwh: 0.2 }
    // 3,600 tokens / 100 / 3,600 = 0.01 h × (1.80 + 0.45 × 0.20) = 0.0189 USD.
    for (const duration of [5, 500_000]) {
      const { metrics } = spentOn([{ input: 3_000, output: 600 }], duration, byTime)
      expect(metrics.cost_usd).toBeCloseTo(0.0189, 12)
    }
    expect(spentOn([{ input: 3_000 }], 5, byTime).metrics).not.toHaveProperty('cost_usd')
  })

  it.each([...wrong, Number.POSITIVE_INFINITY, Number.NaN])('holds no number such as %d', (count) => {
    expect(reportedTokens({ prompt_tokens: 3, completion_tokens: count }, 'openai')).toEqual({
      input: 3,
      implausible: true,
    })
    const cached = { input_tokens: 10, cache_read_input_tokens: count, output_tokens: 2 }
    expect(reportedTokens(cached, 'anthropic')).toEqual({ output: 2, implausible: true })
  })

  it.each([
    [
      'of several answers',
      [
        { input: 9e11, output: 1 },
        { input: 9e11, output: 1 },
      ],
      null,
    ],
    ['of input and output', [{ input: 9e11, output: 9e11 }], null],
    [
      'in dollars',
      [{ input: 9e11, output: 1 }],
      { input_per_million_usd: 2_000_000, output_per_million_usd: 0 },
    ],
  ])('holds no sum %s that is too large', (_what, answers, at) => {
    const { metrics, implausible } = spentOn(answers, 5, at)
    expect(implausible).toBe(true)
    expect(metrics).not.toHaveProperty('tokens')
    expect(metrics).not.toHaveProperty('cost_usd')
    for (const count of Object.values(metrics)) expect(count).toBeLessThanOrEqual(1e12)
  })

  it('is exact up to its bound', () => {
    expect(spentOn([{ input: 1e12 - 1, output: 1 }], 5, price)).toMatchObject({
      metrics: { tokens: 1e12 },
      implausible: false,
    })
  })
})
