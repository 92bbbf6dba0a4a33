import { sameTotal } from '../terms.ts'

/** How the rounds of a run went. */
export interface Rounds {
  readonly rounds: number
  /** Highest total that passed in any round; null while none has. */
  readonly best: number | null
  /** That of the newest round; null when none passed in it. */
  readonly last: number | null
  /** Rounds since the best one rose; null before the first round. */
  readonly withoutImprovement: number | null
}

/**
 * Follows the best totals round by round.
 *
 * @param totals the best total that passed in each round, oldest first; null where none did
 * @param minImprovement 0–1: a rise of this much counts, and it must rise at all
 */
export const roundsOf = (totals: readonly (number | null)[], minImprovement: number): Rounds => {
  let best: number | null = null
  /** What the next round is held against: small rises do not move it, so that they may add up. */
  let mark: number | null = null
  let since = 0
  for (const total of totals) {
    const rise = total === null ? null : mark === null ? 1 : total - mark
    if (rise !== null && rise >= sameTotal && rise >= minImprovement - sameTotal) {
      mark = total
      since = 0
    } else since++
    if (total !== null && (best === null || total > best)) best = total
  }
  const last = totals.at(-1) ?? null
  return { rounds: totals.length, best, last, withoutImprovement: totals.length === 0 ? null : since }
}
