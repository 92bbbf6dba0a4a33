/** What was decided, among what, and why. */
export interface DecisionData {
  /** What sort of decision: `selection`, `vote`, or what its author calls it. */
  readonly kind: string
  readonly decision: string
  readonly options: readonly unknown[]
  readonly rationale: string
  /** 0–1, or null. */
  readonly confidence: number | null
  readonly by: string | null
  /** What it is about: ids of tasks, of an evaluation. */
  readonly about: readonly string[]
}

export type DecisionEvent =
  | { readonly type: 'decision.recorded'; readonly data: DecisionData }
  | {
      readonly type: 'decision.outcome_added'
      readonly data: { readonly outcome: unknown; readonly by: string | null }
    }
