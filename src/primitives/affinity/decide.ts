import type { AffinityEvent, AffinityState } from './state.ts'

/** The endpoint that a key still means at this moment, epoch ms. */
export const boundTo = (state: AffinityState | undefined, now: number): string | undefined =>
  state !== undefined && now < state.until ? state.endpoint : undefined

/**
 * A turn of this key goes to `endpoint`. An affinity in use is renewed once half of its time is gone, so that it costs
 * at most two events in that time.
 */
export const decideUse = (
  state: AffinityState | undefined,
  { endpoint, ttlMs, now, why }: { endpoint: string; ttlMs: number; now: number; why: string },
): readonly AffinityEvent[] => {
  const until = now + ttlMs
  const bound = boundTo(state, now)
  if (state === undefined || bound === undefined)
    return [
      {
        type: 'affinity.bound',
        data: { endpoint, until, why: state ? 'the one before had run out' : 'first use' },
      },
    ]
  if (bound !== endpoint) return [{ type: 'affinity.moved', data: { endpoint, until, why } }]
  return state.until - now < ttlMs / 2 ? [{ type: 'affinity.renewed', data: { until } }] : []
}
