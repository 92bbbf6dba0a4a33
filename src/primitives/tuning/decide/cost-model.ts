/** How a model is paid for: by token (USD per million), or by the time that its machine is rented and powered. */
export type Price =
  | { readonly by: 'token'; readonly usd_per_m_input: number; readonly usd_per_m_output: number }
  | {
      readonly by: 'time'
      /** What it produces, all requests together. */
      readonly tokens_per_s: number
      readonly usd_per_hour: number
      readonly watts?: number
      readonly usd_per_kwh?: number
    }

/** Tokens that are to be paid. On a machine that is paid by time, those read and those written take time alike. */
export interface Use {
  readonly input_tokens: number
  readonly output_tokens: number
}

const million = 1_000_000

/** How long a machine works for a million tokens, hours. */
export const hoursPerMillion = (tokensPerSecond: number): number => million / tokensPerSecond / 3_600

/**
 * USD for this use. By time: hours × $/hour, plus kWh × $/kWh, so throughput dominates. Infinite for a machine that
 * produces nothing.
 */
export const usdFor = (price: Price, { input_tokens, output_tokens }: Use): number => {
  if (price.by === 'token')
    return (input_tokens * price.usd_per_m_input + output_tokens * price.usd_per_m_output) / million
  const tokens = input_tokens + output_tokens
  if (tokens === 0) return 0
  const hours = (tokens / million) * hoursPerMillion(price.tokens_per_s)
  return hours * (price.usd_per_hour + ((price.watts ?? 0) / 1_000) * (price.usd_per_kwh ?? 0))
}

/** The cheapest of some backends for a use, and what it saves. */
export interface Cheapest<B> {
  readonly backend: B
  readonly usd: number
  /** False when even this one costs more than the budget. */
  readonly affordable: boolean
  /** Against each other one, dearest first. `share` 0–1 of what that one would cost. */
  readonly savings: readonly { readonly instead_of: B; readonly usd: number; readonly share: number }[]
}

/** Chooses by price alone; the first of equals. Undefined for an empty list. */
export const cheapest = <B extends { readonly price: Price }>(
  backends: readonly B[],
  use: Use,
  budgetUsd: number = Number.POSITIVE_INFINITY,
): Cheapest<B> | undefined => {
  const priced = backends
    .map((backend) => ({ backend, usd: usdFor(backend.price, use) }))
    .toSorted((a, b) => (a.usd === b.usd ? 0 : a.usd - b.usd))
  const [best, ...others] = priced
  if (!best) return undefined
  const savings = others.reverse().map(({ backend, usd }) => {
    const saved = usd === best.usd ? 0 : usd - best.usd
    return { instead_of: backend, usd: saved, share: shareOf(saved, usd) }
  })
  return { ...best, affordable: best.usd <= budgetUsd, savings }
}

const shareOf = (saved: number, usd: number): number => {
  if (saved === 0) return 0
  return usd === Number.POSITIVE_INFINITY ? 1 : saved / usd
}
