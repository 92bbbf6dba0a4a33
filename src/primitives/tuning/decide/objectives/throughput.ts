import { climb } from '../climb.ts'
import type { Law } from './law.ts'

/**
 * The most completed turns a second. Only windows with tasks waiting count: with an empty queue the arrivals set the
 * pace, not the knobs. Half a turn is added, so that a window without any has a logarithm too (Haldane 1956).
 */
export const throughput: Law = {
  name: 'throughput',
  worth: ({ completed, window_ms, queue_depth }) =>
    queue_depth === 0 ? undefined : Math.log((1_000 * (completed + 0.5)) / window_ms),
  next: (view) => climb(view),
}
