import { cheapest, enoughTurns, type MeasuredUse, usdFor, usedTogether } from './price.ts'
import type { ModelEndpoint } from './terms.ts'

/** An endpoint, and what its turns have used as far as it was measured. */
export interface Compared {
  readonly endpoint: Pick<ModelEndpoint, 'name' | 'model' | 'group' | 'price'>
  readonly used?: MeasuredUse | undefined
}

/** What a million tokens cost at endpoints that can stand in for each other, and what the cheapest saves. USD. */
export interface Savings {
  /** The group that they share, else the model that all of them have. */
  readonly of: string
  /** How many of the tokens are read, 0–1: as `n` turns had it, or half of them while fewer than five were measured. */
  readonly read_share: number
  readonly n: number
  /** Null: no price known. */
  readonly cheapest: string | null
  readonly usd_per_million: number | null
  /** Dearest first; `saves_share` 0–1. */
  readonly instead_of: readonly {
    readonly name: string
    readonly usd_per_million: number
    readonly saves_usd: number
    readonly saves_share: number
  }[]
  readonly no_price: readonly string[]
}

const million = 1_000_000

/** One for each group, or model without one, that several of the endpoints have. */
export const savingsAmong = (endpoints: readonly Compared[]): readonly Savings[] => {
  const sets = new Map<string, Compared[]>()
  for (const one of endpoints) {
    const { group, model } = one.endpoint
    const key = group === null ? `model ${model}` : `group ${group}`
    sets.set(key, [...(sets.get(key) ?? []), one])
  }
  return [...sets.values()].filter((set) => set.length > 1).map(savingsIn)
}

const savingsIn = (set: readonly Compared[]): Savings => {
  const together = usedTogether(set.map(({ used }) => used))
  const total = together.input_tokens + together.output_tokens
  const known = together.n >= enoughTurns && total > 0
  const read_share = known ? together.input_tokens / total : 0.5
  const use = { input_tokens: read_share * million, output_tokens: (1 - read_share) * million }
  const named = set.map(({ endpoint }) => endpoint)
  const priced = named.flatMap(({ name, price }) => (price === null ? [] : [{ name, price }]))
  const found = cheapest(priced, use)
  return {
    of: named[0]?.group ?? named[0]?.model ?? '',
    read_share,
    n: together.n,
    cheapest: found?.one.name ?? null,
    usd_per_million: found?.usd ?? null,
    instead_of: (found?.savings ?? []).map(({ instead_of: { name, price }, usd, share }) => ({
      name,
      usd_per_million: usdFor(price, use),
      saves_usd: usd,
      saves_share: share,
    })),
    no_price: named.filter(({ price }) => price === null).map(({ name }) => name),
  }
}
