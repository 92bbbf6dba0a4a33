import type { ModelEndpoint, ModelPrice } from '../../primitives/model/terms.ts'
import type { Metrics } from '../port.ts'

export interface Tokens {
  readonly input?: number
  readonly output?: number
}

/**
 * The tokens of one answer as the endpoint itself reports them. The client library fills gaps with zero, so this reads
 * the report: what is not in it is unknown. Input includes what was read from or written to a cache.
 */
export function reportedTokens(raw: unknown, protocol: ModelEndpoint['protocol']): Tokens {
  const usage = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>
  const count = (field: string): number | undefined => {
    const value = usage[field]
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
  }
  if (protocol === 'openai') return tokens(count('prompt_tokens'), count('completion_tokens'))
  const fresh = count('input_tokens')
  const cached = (count('cache_read_input_tokens') ?? 0) + (count('cache_creation_input_tokens') ?? 0)
  return tokens(fresh === undefined ? undefined : fresh + cached, count('output_tokens'))
}

/** Of several answers together; unknown as soon as it is for one of them. */
export const sumOf = (answers: readonly Tokens[]): Tokens =>
  tokens(total(answers.map(({ input }) => input)), total(answers.map(({ output }) => output)))

/** Cost in US dollars stands only where both counts and the price are known. */
export function metricsOf(duration_ms: number, { input, output }: Tokens, price: ModelPrice | null): Metrics {
  return {
    duration_ms,
    ...(input !== undefined && { input_tokens: input }),
    ...(output !== undefined && { output_tokens: output }),
    ...(input !== undefined && output !== undefined && { tokens: input + output }),
    ...(input !== undefined && output !== undefined && price && { cost_usd: cost(input, output, price) }),
  }
}

const cost = (input: number, output: number, price: ModelPrice): number =>
  (input * price.input_per_million_usd + output * price.output_per_million_usd) / 1_000_000

const total = (counts: readonly (number | undefined)[]): number | undefined =>
  counts.length > 0 && counts.every((count) => count !== undefined)
    ? counts.reduce<number>((sum, count) => sum + count, 0)
    : undefined

const tokens = (input: number | undefined, output: number | undefined): Tokens => ({
  ...(input !== undefined && { input }),
  ...(output !== undefined && { output }),
})
