import type { EntityRow, StreamDef } from '../../kernel/stream.ts'
import type { AgentEvent } from './events.ts'
import { type AgentState, evolveAgent } from './state.ts'

export const agentStream: StreamDef<AgentState, AgentEvent> = {
  kind: 'agent',
  evolve: evolveAgent,
  columnNames: ['status', 'name'],
  columns: (state) => ({ status: state.status, name: state.status === 'undone' ? null : state.name }),
  standing: (state, of) =>
    state.status === 'active' ? [{ scope: String(of.run), name: 'agents', by: 1 }] : [],
  // A worker's session is not something that rollback can bring back.
  revived: (state) => ({ ...state, session: null }),
  undone: (state) => ({ ...state, status: 'undone', session: null }),
}

/** The agent table as queries see it. */
export interface AgentTables {
  agent: EntityRow & {
    status: string
    name: string | null
  }
}

export const agentIndexes = [
  'create index agent_of_run on agent (run, status, no)',
  'create index agent_name on agent (run, name) where name is not null',
]
