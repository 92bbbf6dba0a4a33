import type { Look } from './state.ts'

export type HealthWord = 'healthy' | 'degraded' | 'unhealthy' | 'unknown'

/** How an endpoint is, judged by `n` outcomes. `last_checked` in epoch ms, `mean_ms` of those that went well. */
export interface Health {
  readonly health: HealthWord
  readonly n: number
  readonly last_checked: number | null
  readonly mean_ms: number | null
}

/**
 * How long an outcome says something, ms. What failed longer ago may be well by now, and an endpoint that nothing is
 * sent to would otherwise stay unhealthy for ever.
 */
export const healthWindowMs = 300_000

/** So many failures in a row are an endpoint that is down: as many as open a breaker by default. */
const down = 5
/** From this share of failures on it is degraded. */
const poor = 0.2

/**
 * Unhealthy: the newest outcome is a probe that failed, or the newest five failed. Degraded: the newest failed, or a
 * fifth of them. Unknown: nothing was heard of it in the window.
 */
export const healthOf = (looks: readonly Look[], now: number): Health => {
  const recent = looks.filter(({ at }) => now - at <= healthWindowMs)
  const newest = recent.at(-1)
  const last_checked = looks.at(-1)?.at ?? null
  if (!newest) return { health: 'unknown', n: 0, last_checked, mean_ms: null }
  const n = recent.length
  const good = recent.filter(({ ok }) => ok)
  const mean_ms = good.length === 0 ? null : good.reduce((sum, { ms }) => sum + ms, 0) / good.length
  return { health: judged(recent, newest, (n - good.length) / n), n, last_checked, mean_ms }
}

const judged = (recent: readonly Look[], newest: Look, failed: number): HealthWord => {
  if (!newest.ok && newest.by === 'probe') return 'unhealthy'
  if (recent.length >= down && recent.slice(-down).every(({ ok }) => !ok)) return 'unhealthy'
  return !newest.ok || failed >= poor ? 'degraded' : 'healthy'
}
