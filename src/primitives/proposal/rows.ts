import type { EntityRow, StreamDef } from '../../kernel/stream.ts'
import type { ProposalEvent } from './events.ts'
import { evolveProposal, type ProposalState, undoneProposal } from './state.ts'

/**
 * A proposal and its votes are state of the run and go back with it; its deadline is a moment and does not. One that
 * comes back past its deadline is counted at the next sweep.
 */
export const proposalStream: StreamDef<ProposalState, ProposalEvent> = {
  kind: 'proposal',
  evolve: evolveProposal,
  columnNames: ['status', 'due_at'],
  columns: (state) => ({
    status: state.status,
    due_at: state.status === 'open' ? state.terms.deadline_at : null,
  }),
  standing: () => [],
  revived: (state) => state,
  undone: undoneProposal,
}

/** The proposal table as queries see it. */
export interface ProposalTables {
  proposal: EntityRow & {
    status: string
    /** Deadline of an open one. */
    due_at: number | null
  }
}

export const proposalIndexes = [
  'create index proposal_of_run on proposal (run, status, no)',
  'create index proposal_due on proposal (due_at) where due_at is not null',
]
