import type { StreamDef } from '../../kernel/stream.ts'
import { type AffinityEvent, type AffinityState, evolveAffinity } from './state.ts'

/** One stream a key within a run, archived with it. Where a model's cache is warm is nothing that rollback undoes. */
export const affinityStream: StreamDef<AffinityState, AffinityEvent> = {
  kind: 'affinity',
  evolve: evolveAffinity,
  columnNames: [],
  columns: () => ({}),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
}
