import type { StreamDef } from '../../kernel/stream.ts'
import type { TuningEvent } from './events.ts'
import { evolveTuning, type TuningState } from './state.ts'

/** The one stream of the optimizer: it outlives runs, and what was measured is never rolled back. */
export const tuningStream: StreamDef<TuningState, TuningEvent> = {
  kind: 'tuning',
  evolve: evolveTuning,
  columnNames: [],
  columns: () => ({}),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
}

export const tuningId = 'tuning'
