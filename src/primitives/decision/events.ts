export type DecisionEvent =
  | {
      readonly type: 'decision.recorded'
      readonly data: {
        /** What sort of choice it was, e.g. `selection`. */
        readonly kind: string
        readonly decision: string
        readonly options: readonly string[]
        readonly rationale: string
        /** 0–1; null: not said. */
        readonly confidence: number | null
        /** The agent that decided; null: the conductor. */
        readonly by: string | null
        /** Id of what it is about: a task, an agent, a proposal. */
        readonly about: string | null
      }
    }
  /** What came of it. The newest counts; the log holds those before. */
  | {
      readonly type: 'decision.outcome_added'
      readonly data: { readonly outcome: string; readonly score: number | null; readonly by: string | null }
    }
  /** What is to be remembered of it, also in other runs. */
  | {
      readonly type: 'decision.lesson_drawn'
      readonly data: { readonly lesson: string; readonly id: string; readonly tags: readonly string[] }
    }
