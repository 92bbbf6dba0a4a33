import { climb } from '../climb.ts'
import type { Law } from './law.ts'

/**
 * The least USD a completed turn; what failed turns cost counts, for the knobs cause failures, while the price of a
 * token is beyond them. Without any reported cost nothing is known, and nothing moves.
 */
export const cost: Law = {
  name: 'cost',
  worth: ({ completed, cost_usd }) =>
    completed === 0 || cost_usd === 0 ? undefined : -Math.log(cost_usd / completed),
  next: (view) => climb(view),
}
