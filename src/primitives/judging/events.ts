import type { Assessment, Criterion } from './terms.ts'

/** Options were judged: one round. Values that a judge gave name its task. */
export type EvaluationEvent = {
  readonly type: 'evaluation.recorded'
  readonly data: {
    readonly criteria: readonly Criterion[]
    readonly assessments: readonly Assessment[]
    /** Task of the judge, or null. */
    readonly judge: string | null
    /** Highest total of those that passed; null when none did. */
    readonly best: number | null
    readonly by: string | null
  }
}
