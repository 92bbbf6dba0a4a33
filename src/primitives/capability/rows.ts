import type { Recorded } from '../../kernel/event.ts'
import { type EntityRow, timelessStream } from '../../kernel/stream.ts'
import type { CapabilityEvent } from './events.ts'
import { evolveLearned, type LearnedState } from './state.ts'

export type VocabularyEvent = {
  readonly type: 'vocabulary.edge_added'
  readonly data: { readonly from: string; readonly kind: 'is_a' | 'related'; readonly to: string }
}

/** All edges between capability names that were ever declared; shared by the runs of one file. */
export interface VocabularyState {
  readonly edges: readonly VocabularyEvent['data'][]
}

const evolve = (state: VocabularyState | undefined, event: Recorded<VocabularyEvent>): VocabularyState => ({
  edges: [...(state?.edges ?? []), event.data],
})

/** The one stream of the vocabulary: it outlives runs, so it belongs to none and rollback leaves it alone. */
export const vocabularyStream = timelessStream<VocabularyState, VocabularyEvent>('vocabulary', evolve)

export const vocabularyId = 'vocabulary'

/** What each arm has learned, one stream an arm: it outlives runs, and what was learned is never rolled back. */
export const capabilityStream = timelessStream<LearnedState, CapabilityEvent>('capability', evolveLearned)

export const learnedId = (arm: string): string => `arm:${arm}`

/** The capability table as queries see it. */
export interface CapabilityTables {
  capability: EntityRow
}
