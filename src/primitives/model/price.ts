import type { ModelPrice, TimePrice } from './terms.ts'

/** Tokens that are to be paid. */
export interface Use {
  readonly input_tokens: number
  readonly output_tokens: number
}

const million = 1_000_000

const isByTime = (price: ModelPrice): price is TimePrice => 'usd_per_hour' in price

/**
 * USD for this use. By token: what is read and what is written, each at its price. By time: hours × $/hour, plus
 * kWh × $/kWh, where the hours are the tokens by what the machine produces, so throughput dominates; tokens read and
 * written take time alike. It is not the time that one turn took: turns share the machine, and each would pay the whole
 * hour; what they cost together is what the machine costs while it is full.
 */
export const usdFor = (price: ModelPrice, { input_tokens, output_tokens }: Use): number => {
  if (!isByTime(price))
    return (
      (input_tokens * price.input_per_million_usd + output_tokens * price.output_per_million_usd) / million
    )
  const hours = (input_tokens + output_tokens) / price.tokens_per_s / 3_600
  return hours * (price.usd_per_hour + ((price.watts ?? 0) / 1_000) * (price.usd_per_kwh ?? 0))
}

/** What a million tokens cost that are read, and that are written, USD. */
export const usdPerMillion = (price: ModelPrice): { readonly read: number; readonly written: number } => ({
  read: usdFor(price, { input_tokens: million, output_tokens: 0 }),
  written: usdFor(price, { input_tokens: 0, output_tokens: million }),
})

/** The cheapest of some for a use, and what it saves. */
export interface Cheapest<B> {
  readonly one: B
  readonly usd: number
  /** Against each other one, dearest first. `share` 0–1 of what that one would cost. */
  readonly savings: readonly Saving<B>[]
}

export interface Saving<B> {
  readonly instead_of: B
  readonly usd: number
  readonly share: number
}

/** Chooses by price alone; the first of equals. Undefined for an empty list. */
export const cheapest = <B extends { readonly price: ModelPrice }>(
  priced: readonly B[],
  use: Use,
): Cheapest<B> | undefined => {
  const [best, ...others] = priced
    .map((one) => ({ one, usd: usdFor(one.price, use) }))
    .toSorted((a, b) => a.usd - b.usd)
  if (!best) return undefined
  const savings = others.toReversed().map(({ one, usd }) => {
    const saved = usd - best.usd
    return { instead_of: one, usd: saved, share: saved === 0 ? 0 : saved / usd }
  })
  return { ...best, savings }
}

/** Tokens of turns whose report told both what was read and what was written. `n`: how many turns. */
export interface MeasuredUse extends Use {
  readonly n: number
}

/** Turns below which nothing is said of what a turn uses. */
export const enoughTurns = 5

/** All of these together. */
export const usedTogether = (uses: readonly (MeasuredUse | undefined)[]): MeasuredUse =>
  uses.reduce<MeasuredUse>(
    (all, one) => ({
      n: all.n + (one?.n ?? 0),
      input_tokens: all.input_tokens + (one?.input_tokens ?? 0),
      output_tokens: all.output_tokens + (one?.output_tokens ?? 0),
    }),
    { n: 0, input_tokens: 0, output_tokens: 0 },
  )
