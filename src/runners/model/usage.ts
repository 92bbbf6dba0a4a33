import { usdFor } from '../../primitives/model/price.ts'
import type { ModelEndpoint, ModelPrice } from '../../primitives/model/terms.ts'
import type { Metrics } from '../port.ts'

export interface Tokens {
  readonly input?: number
  readonly output?: number
  /** The endpoint reported a number that no answer can have used, which counts as none reported. */
  readonly implausible?: true
}

/** What a turn used, as far as it is known. */
export interface Spent {
  readonly metrics: Metrics
  readonly implausible: boolean
}

/** Tokens, or US dollars. What an endpoint says is data: one wrong number would use up a budget for good. */
const most = 1e12
const plausible = (value: number): boolean => value >= 0 && value <= most
const isCount = (value: number): boolean => Number.isInteger(value) && plausible(value)

/**
 * The tokens of one answer as the endpoint itself reports them. The client library fills gaps with zero, so this reads
 * the report: what is not in it is unknown. Input includes what was read from or written to a cache.
 */
export function reportedTokens(raw: unknown, protocol: ModelEndpoint['protocol']): Tokens {
  const usage = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>
  const reported = (field: string): number | undefined => {
    const value = usage[field]
    return typeof value === 'number' ? value : undefined
  }
  if (protocol === 'openai') return tokens(reported('prompt_tokens'), reported('completion_tokens'))
  const fresh = reported('input_tokens')
  const cached = [reported('cache_read_input_tokens') ?? 0, reported('cache_creation_input_tokens') ?? 0]
  // Not a sum in which one wrong number makes up for another.
  const input =
    fresh === undefined ? undefined : [fresh, ...cached].every(isCount) ? sum([fresh, ...cached]) : Number.NaN
  return tokens(input, reported('output_tokens'))
}

/** Of all answers of a turn together; unknown as soon as it is for one of them. Cost stands only where both counts and the price are known. */
export function spentOn(answers: readonly Tokens[], duration_ms: number, price: ModelPrice | null): Spent {
  const { input, output, implausible } = tokens(
    total(answers.map((answer) => answer.input)),
    total(answers.map((answer) => answer.output)),
  )
  const both = input === undefined || output === undefined ? undefined : input + output
  const used = { input_tokens: input ?? 0, output_tokens: output ?? 0 }
  const cost_usd = both === undefined || !price ? undefined : usdFor(price, used)
  const wrong = (both !== undefined && !isCount(both)) || (cost_usd !== undefined && !plausible(cost_usd))
  return {
    metrics: {
      duration_ms,
      ...(!wrong && input !== undefined && { input_tokens: input }),
      ...(!wrong && output !== undefined && { output_tokens: output }),
      ...(!wrong && both !== undefined && { tokens: both }),
      ...(!wrong && cost_usd !== undefined && { cost_usd }),
    },
    implausible: wrong || implausible === true || answers.some((answer) => answer.implausible),
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)

const total = (counts: readonly (number | undefined)[]): number | undefined =>
  counts.length > 0 && counts.every((count) => count !== undefined) ? sum(counts) : undefined

const tokens = (input: number | undefined, output: number | undefined): Tokens => ({
  ...(input !== undefined && isCount(input) && { input }),
  ...(output !== undefined && isCount(output) && { output }),
  ...([input, output].some((count) => count !== undefined && !isCount(count)) && { implausible: true }),
})
