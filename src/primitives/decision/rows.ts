import type { StreamDef } from '../../kernel/stream.ts'
import type { DecisionEvent } from './events.ts'
import { type DecisionState, evolveDecision } from './state.ts'

/**
 * Decisions are positions in the story of a run: no rollback takes them back, for why it went wrong is what one wants
 * to read after it. Those made on a way that was given up are marked as abandoned.
 */
export const decisionStream: StreamDef<DecisionState, DecisionEvent> = {
  kind: 'decision',
  evolve: evolveDecision,
  columnNames: ['kind'],
  columns: ({ kind }) => ({ kind }),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
  abandoned: true,
}
