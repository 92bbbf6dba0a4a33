import type { Epoch } from './state.ts'

/** A stretch of seqs, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * The stretches of a run's log that lead to its present, oldest first: each epoch continues the position that its
 * rollback returned to, which itself lies in an earlier epoch. What lies outside them was abandoned.
 */
export const lineage = (epochs: readonly Epoch[]): readonly Span[] => {
  const spans: Span[] = []
  let to = Number.MAX_SAFE_INTEGER
  for (let at = epochs.length - 1; at >= 0; ) {
    const epoch = epochs[at]
    if (!epoch) break
    spans.push({ from: epoch.from, to })
    to = epoch.base
    // The epoch in which the base lies: the newest one that had begun by then.
    at = epochs.findLastIndex((earlier, i) => i < at && earlier.from <= to)
  }
  return spans.reverse()
}

/** True when the event at `seq` no longer counts: a rollback went back to before it. */
export const abandoned = (spans: readonly Span[], seq: number): boolean =>
  !spans.some((span) => span.from <= seq && seq <= span.to)

/** The last seq that two lineages of one run have in common with all before it; 0 when nothing. */
export const parting = (one: readonly Span[], other: readonly Span[]): number => {
  let last = 0
  for (const [at, span] of one.entries()) {
    const twin = other[at]
    if (twin?.from !== span.from) return last
    last = Math.min(span.to, twin.to)
    if (span.to !== twin.to) return last
  }
  return last
}
