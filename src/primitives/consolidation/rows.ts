import { timelessStream } from '../../kernel/stream.ts'

/** The events after `from` up to `to` were read, and what they told was counted. */
export interface ConsolidationEvent {
  readonly type: 'consolidation.advanced'
  readonly data: { readonly from: number; readonly to: number; readonly outcomes: number }
}

/** How far the log was read (a seq), and how many outcomes were counted. */
export interface ConsolidationState {
  readonly reached: number
  readonly outcomes: number
}

/** The one cursor of learning over the whole file: what was read once counts once, whatever is rolled back later. */
export const consolidationStream = timelessStream<ConsolidationState, ConsolidationEvent>(
  'consolidation',
  (state, { data }) => ({ reached: data.to, outcomes: (state?.outcomes ?? 0) + data.outcomes }),
)

export const consolidationId = 'consolidation'
