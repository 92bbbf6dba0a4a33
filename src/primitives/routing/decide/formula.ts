import type { Outcomes } from './request.ts'

/** Stands in for a success rate that nobody knows yet, for the order only: neither praise nor blame. */
export const neutral = 0.5

/** Free share of a capacity, 0–1. */
export const freeShare = ({ claimed, max }: { readonly claimed: number; readonly max: number }): number =>
  Math.max(0, 1 - claimed / Math.max(1, max))

export const rateOf = ({ done, failed }: Outcomes): number =>
  done + failed === 0 ? neutral : done / (done + failed)
