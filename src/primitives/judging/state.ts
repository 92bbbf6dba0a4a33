import type { Recorded } from '../../kernel/event.ts'
import type { EvaluationEvent } from './events.ts'
import type { Assessment, Criterion } from './terms.ts'

export type EvaluationState =
  | {
      readonly status: 'recorded'
      readonly criteria: readonly Criterion[]
      readonly assessments: readonly Assessment[]
      readonly best: number | null
    }
  | { readonly status: 'undone' }

export const evolveEvaluation = (
  _state: EvaluationState | undefined,
  { data }: Recorded<EvaluationEvent>,
): EvaluationState => ({
  status: 'recorded',
  criteria: data.criteria,
  assessments: data.assessments,
  best: data.best,
})
