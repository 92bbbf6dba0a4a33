import type { StreamDef } from '../../kernel/stream.ts'
import type { DecisionEvent } from './events.ts'
import { type DecisionState, evolveDecision } from './state.ts'

export const decisionStream: StreamDef<DecisionState, DecisionEvent> = {
  kind: 'decision',
  evolve: evolveDecision,
  columnNames: ['status'],
  columns: ({ status }) => ({ status }),
  standing: () => [],
  revived: (state) => state,
  undone: () => ({ status: 'undone' }),
}

export const decisionIndexes = ['create index decision_of_run on decision (run, no)']
