/** Outcomes of an arm in tasks that a capability was asked of. */
export interface CapabilityCount {
  /** Normalised. */
  readonly name: string
  readonly done: number
  readonly failed: number
  /** Ids of tasks that succeeded, oldest first, at most ten. */
  readonly task_ids: readonly string[]
}

/** What outcomes say of a capability of an arm. */
export interface CapabilityFinding {
  readonly name: string
  /** Successes among `n` outcomes. */
  readonly done: number
  readonly n: number
  /** Of the chance that such a task succeeds, 0–1. */
  readonly lower_bound: number
  /** The newest tasks that it was learned by. */
  readonly task_ids: readonly string[]
}

export type CapabilityEvent =
  | {
      readonly type: 'capability.counted'
      readonly data: { readonly arm: string; readonly counts: readonly CapabilityCount[] }
    }
  /** From now on whoever is of this arm holds it; or no longer, since outcomes have come to speak against it. */
  | { readonly type: 'capability.learned' | 'capability.unlearned'; readonly data: CapabilityFinding }
