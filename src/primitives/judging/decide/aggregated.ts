/** One thing to aggregate. */
export interface Item {
  readonly id: string
  readonly value: unknown
  /** How much it counts, over 0; for `best_of` what it is ranked by. */
  readonly weight: number
}

/** A 95 % confidence interval, or why there is none. */
export type Interval =
  | { readonly low: number; readonly high: number; readonly level: 0.95; readonly method: string }
  | { readonly insufficient: string }

/** What a method came to. What is not there does not apply to the method. */
export interface Aggregated {
  /** Null where `insufficient` or `reason` says why. */
  readonly value: unknown
  /** How many items went in. */
  readonly n: number
  /** Why there is too little to say anything. */
  readonly insufficient?: string
  readonly reason?: string
  /** The winner's share of the votes, 0–1. */
  readonly confidence?: number
  readonly interval?: Interval
  readonly counts?: readonly Count[]
  /** Ids or choices that tie for the first place. */
  readonly ties?: readonly unknown[]
  readonly rounds?: readonly Round[]
  readonly conflicts?: readonly Conflict[]
  /** Bradley–Terry strengths, together 1. */
  readonly strengths?: Readonly<Record<string, number>>
}

export interface Count {
  readonly choice: unknown
  readonly votes: number
  readonly share: number
}

/** One count of ranked choice. */
export interface Round {
  readonly counts: readonly Count[]
  /** Votes of ballots that name nobody any more. */
  readonly exhausted: number
  readonly eliminated: readonly unknown[]
}

/** Values that could not be merged; the key is left out of what was. */
export interface Conflict {
  readonly path: string
  readonly values: readonly { readonly id: string; readonly value: unknown }[]
}

/** Nothing was there to aggregate, or too little. */
export const insufficient = (n: number, why: string): Aggregated => ({
  value: null,
  n,
  insufficient: `insufficient data: ${why}`,
})
