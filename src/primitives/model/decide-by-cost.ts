import { cheapest, type Use, usdFor } from './price.ts'
import type { ModelEndpoint } from './terms.ts'

/** By what price decides among endpoints. */
export interface ByCost {
  /** The same for all of them. */
  readonly use: Use
  /** USD that the run may still spend; null: no cap. */
  readonly left_usd: number | null
}

type Priced = Pick<ModelEndpoint, 'name' | 'price'>

/** Above 0 when `a` is the dearer one; one without a price comes after those that have one. */
export const dearer = (a: Priced, b: Priced, use: Use): number => {
  if (a.price === null || b.price === null) return Number(a.price === null) - Number(b.price === null)
  return usdFor(a.price, use) - usdFor(b.price, use)
}

/** What a turn costs at the cheapest at most, what that saves against each other, and whether the run has it. */
export const costReason = (endpoints: readonly Priced[], { use, left_usd }: ByCost): string => {
  const priced = endpoints.flatMap(({ name, price }) => (price === null ? [] : [{ name, price }]))
  const found = cheapest(priced, use)
  if (!found) return 'by load: no price known'
  const { usd, savings } = found
  const saved = savings.map(
    ({ instead_of, usd: less, share }) =>
      `${instead_of.name} ${inUsd(usd + less)} (${Math.round(share * 100)} % saved)`,
  )
  const unknown = endpoints.flatMap(({ name, price }) => (price === null ? [name] : []))
  return [
    `by cost: at most ${inUsd(usd)} for this turn`,
    saved.length > 0 ? `, before ${saved.join(', ')}` : '',
    unknown.length > 0 ? `; no price known: ${unknown.join(', ')}` : '',
    left_usd !== null && usd > left_usd ? `; more than the ${inUsd(left_usd)} that the run has left` : '',
  ].join('')
}

const inUsd = (usd: number): string => `${Number(usd.toPrecision(6))} USD`
