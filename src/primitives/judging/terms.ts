/** How a criterion is measured when nobody gives its score: against a JSON schema, or by CEL over the result. */
export type CriterionCheck = Readonly<Record<string, unknown>> | string

/** Something that options are judged by. */
export interface Criterion {
  readonly name: string
  /** Over 0; they count relative to each other. */
  readonly weight: number
  /** Bounds of the value as it was given, both allowed. */
  readonly min: number | null
  readonly max: number | null
  /** The values that count as 0 and as 1 (`[10, 0]`: less is better). Null: values are 0–1 already. */
  readonly range: readonly [worst: number, best: number] | null
  readonly check: CriterionCheck | null
  /** What the judge or the rubric is told of it. */
  readonly description: string | null
}

/** Values by criterion. */
export type Scores = Readonly<Record<string, number>>

/** An option with its value for every criterion. */
export interface Scored {
  readonly id: string
  readonly scores: Scores
  /** Criteria whose check came out false: they are not passed, whatever their bounds. */
  readonly failed?: readonly string[]
}

/** What one criterion adds. */
export interface Contribution {
  readonly criterion: string
  /** As given. */
  readonly value: number
  /** 0–1: the value within the criterion's range. */
  readonly score: number
  /** Its share of the total: score × weight / sum of weights. */
  readonly share: number
  /** Whether the value lies within the bounds, and the check that gave it did not come out false. */
  readonly passed: boolean
}

export interface Assessment {
  readonly id: string
  readonly contributions: readonly Contribution[]
  /** Weighted mean of the scores, 0–1. */
  readonly total: number
  /** Whether every criterion is passed. */
  readonly passed: boolean
}

/** Totals that differ by less than this are equal: sums of the same numbers in another order differ by some 1e-16. */
export const sameTotal = 1e-9
