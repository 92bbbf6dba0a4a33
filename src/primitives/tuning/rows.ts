import { timelessStream } from '../../kernel/stream.ts'
import type { TuningEvent } from './events.ts'
import { evolveTuning, type TuningState } from './state.ts'

/** The one stream of the optimizer: it outlives runs, and what was measured is never rolled back. */
export const tuningStream = timelessStream<TuningState, TuningEvent>('tuning', evolveTuning)

export const tuningId = 'tuning'
