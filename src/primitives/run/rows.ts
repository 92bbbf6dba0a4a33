import type { EntityRow, StreamDef } from '../../kernel/stream.ts'
import type { RunEvent } from './events.ts'
import { evolveRun, isArchived, type RunState } from './state.ts'

export const runStream: StreamDef<RunState, RunEvent> = {
  kind: 'run',
  evolve: evolveRun,
  columnNames: ['status', 'name'],
  columns: (state) => ({ status: state.status, name: state.name }),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  archived: isArchived,
}

/** The run table as queries see it. */
export interface RunTables {
  run: EntityRow & {
    status: string
    name: string | null
  }
  event: { seq: number; run: number; at: number }
}

export const runIndexes = ['create index run_status on run (status, no)']
