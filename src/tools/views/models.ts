import type { ListedModel } from '../../primitives/model/list.ts'
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

export const sayModelRow = ({ name, model, host, group, health, n, breaker, load }: ModelRow): string => {
  const pool = group === null ? '' : `, group ${group}`
  const retry = 'retry_at' in breaker && breaker.retry_at ? ` until ${breaker.retry_at}` : ''
  const guard = breaker.state === 'closed' ? '' : `, breaker ${breaker.state.replace('_', ' ')}${retry}`
  return `${name}: ${model} at ${host}${pool}, ${health} (n=${n})${guard}, ${load.in_flight} of ${load.max} turns`
}
