import type { EntityRow, StreamDef } from '../../kernel/stream.ts'
import type { EvaluationEvent } from './events.ts'
import { type EvaluationState, evolveEvaluation } from './state.ts'

export const evaluationStream: StreamDef<EvaluationState, EvaluationEvent> = {
  kind: 'evaluation',
  evolve: evolveEvaluation,
  columnNames: ['status', 'best'],
  columns: (state) => ({ status: state.status, best: state.status === 'recorded' ? state.best : null }),
  standing: () => [],
  revived: (state) => state,
  undone: () => ({ status: 'undone' }),
}

/** The evaluation table as queries see it. */
export interface EvaluationTables {
  evaluation: EntityRow & {
    status: string
    best: number | null
  }
}

export const evaluationIndexes = ['create index evaluation_of_run on evaluation (run, no)']
