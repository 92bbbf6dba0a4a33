import type { Savings } from '../../primitives/model/decide-savings.ts'
import type { ListedModel } from '../../primitives/model/list.ts'
import { enoughTurns, usdPerMillion } from '../../primitives/model/price.ts'
import { iso, isoOrNull } from '../fields.ts'

/** The host and port of an address: nothing else of it is shown, since a path or a user's name may be a secret. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'unreadable')

/** A model endpoint as clients see it. Of a key, the name of its variable. */
export const modelRow = ({ endpoint, origin, health, breaker, in_flight }: ListedModel) => ({
  name: endpoint.name,
  protocol: endpoint.protocol,
  model: endpoint.model,
  host: hostOf(endpoint.base_url),
  api_key_env: endpoint.api_key_env,
  group: endpoint.group,
  kind: endpoint.kind,
  specialities: [...endpoint.specialities],
  price: endpoint.price,
  usd_per_million: endpoint.price && usdPerMillion(endpoint.price),
  ...(endpoint.output && { output: endpoint.output }),
  health: health.health,
  n: health.n,
  last_checked: isoOrNull(health.last_checked),
  mean_ms: health.mean_ms === null ? null : Math.round(health.mean_ms),
  breaker: {
    state: breaker.state,
    ...(breaker.state !== 'closed' && { why: breaker.why }),
    ...(breaker.state !== 'closed' && breaker.retry_at !== null && { retry_at: iso(breaker.retry_at) }),
  },
  load: { in_flight, max: endpoint.concurrency },
  origin,
})
export type ModelRow = ReturnType<typeof modelRow>

const usd = (value: number): string => `${Number(value.toPrecision(6))} USD`

const sayPrice = (price: ModelRow['usd_per_million']): string => {
  if (price === null) return 'no price known'
  const { read, written } = price
  if (read === written) return `${usd(read)} a million tokens`
  return `${usd(read)} a million tokens read, ${usd(written)} written`
}

export const saySavings = (found: Savings): string => {
  const { of, cheapest, usd_per_million: least, instead_of, no_price, read_share, n } = found
  if (cheapest === null || least === null) return `${of}: no price known.`
  const share = `${Math.round(100 * read_share)} % of them read`
  const mix = n >= enoughTurns ? `${share}, as ${n} turns had it` : `${share}: insufficient data, n=${n}`
  const saved = instead_of.map(
    (other) =>
      `${usd(other.saves_usd)} (${Math.round(100 * other.saves_share)} %) against ${other.name} at ${usd(other.usd_per_million)}`,
  )
  const unknown = no_price.length === 0 ? '' : `; no price known: ${no_price.join(', ')}`
  const saves = saved.length === 0 ? '' : `, saves ${saved.join(', ')}`
  return `${of}: ${cheapest} is cheapest, ${usd(least)} a million tokens (${mix})${saves}${unknown}.`
}

export const sayModelRow = ({
  name,
  model,
  host,
  group,
  health,
  n,
  breaker,
  load,
  ...row
}: ModelRow): string => {
  const pool = group === null ? '' : `, group ${group}`
  const retry = 'retry_at' in breaker && breaker.retry_at ? ` until ${breaker.retry_at}` : ''
  const guard = breaker.state === 'closed' ? '' : `, breaker ${breaker.state.replace('_', ' ')}${retry}`
  const price = sayPrice(row.usd_per_million)
  return `${name}: ${model} at ${host}${pool}, ${health} (n=${n})${guard}, ${load.in_flight} of ${load.max} turns, ${price}`
}
