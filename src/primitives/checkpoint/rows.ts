import type { EntityRow, StreamDef } from '../../kernel/stream.ts'
import { type CheckpointEvent, type CheckpointState, evolveCheckpoint } from './state.ts'

export const checkpointStream: StreamDef<CheckpointState, CheckpointEvent> = {
  kind: 'checkpoint',
  evolve: evolveCheckpoint,
  columnNames: ['label'],
  columns: (state) => ({ label: state.label }),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
}

/** The checkpoint table as queries see it. */
export interface CheckpointTables {
  checkpoint: EntityRow & {
    label: string | null
  }
}

export const checkpointIndexes = ['create index checkpoint_of_run on checkpoint (run, no)']
