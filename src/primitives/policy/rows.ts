import type { StreamDef } from '../../kernel/stream.ts'
import type { PolicyEvent } from './events.ts'
import { evolvePolicy, type PolicyState } from './state.ts'

export const policyStream: StreamDef<PolicyState, PolicyEvent> = {
  kind: 'policy',
  evolve: evolvePolicy,
  columnNames: [],
  columns: () => ({}),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
}

/** The policy table as queries see it: one row a run at most. */
export interface PolicyTables {
  policy: { no: number; id: string; run: number; version: number; last_seq: number; state: string }
}

export const policyIndexes = ['create unique index policy_of_run on policy (run)']
