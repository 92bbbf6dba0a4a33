import type { BreakerState } from './state.ts'

/** A breaker as others see it. `retry_at`, epoch ms: no turn goes before; null or past: one may go, as a probe. */
export type BreakerView =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly retry_at: number; readonly why: string }
  | { readonly state: 'half_open'; readonly retry_at: number | null; readonly why: string }

export const viewOf = (state: BreakerState | undefined): BreakerView => {
  if (state === undefined || state.status === 'closed') return { state: 'closed' }
  const { why } = state
  if (state.status === 'open') return { state: 'open', retry_at: state.until, why }
  return { state: 'half_open', retry_at: state.probe?.givesUpAt ?? null, why }
}
