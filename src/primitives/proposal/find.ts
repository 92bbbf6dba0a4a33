import { Failure, notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import { agentNamed } from '../agent/find.ts'
import type { ProposalEvent } from './events.ts'
import { type ProposalTables, proposalStream } from './rows.ts'
import type { ProposalState } from './state.ts'

export type Proposal = Entity<ProposalState, ProposalEvent>

/** The proposal with this id; one that a rollback has undone is refused. */
export const theProposal = async (db: Reader, id: string): Promise<Proposal> => {
  const proposal = await db.load(proposalStream, id)
  if (!proposal) throw notFound('proposal', id, 'Give the proposal_id that propose returned.')
  if (proposal.state.status !== 'undone') return proposal
  throw new Failure(
    'not_found',
    `Proposal ${id} was undone by a rollback, with the votes on it.`,
    'Propose it anew if it is still wanted; observe_events still shows what happened to it.',
    { proposal: id },
  )
}

/** The proposal with this id, whatever its status, or undefined. */
export const proposalById = async (db: Reader, id: string): Promise<Proposal | undefined> =>
  db.load(proposalStream, id)

const openOf = statement<ProposalTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('proposal')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '=', 'open')
    .orderBy('no')
    .limit(p.limit),
)
const dueBy = statement<ProposalTables, { now: number; limit: number }>()((db, p) =>
  db
    .selectFrom('proposal')
    .select('no')
    .where('due_at', 'is not', null)
    .where('due_at', '<=', p.now)
    .orderBy('due_at')
    .limit(p.limit),
)

const loaded = async (db: Reader, rows: readonly { readonly no: number }[]): Promise<readonly Proposal[]> => {
  const found: Proposal[] = []
  for (const { no } of rows) {
    const proposal = await db.loadNo(proposalStream, no)
    if (proposal) found.push(proposal)
  }
  return found
}

/** The open proposals of a run, oldest first; at most `limit`. */
export const openProposals = async (db: Reader, run: number, limit = 1_000): Promise<readonly Proposal[]> =>
  loaded(db, await db.all(openOf, { run, limit }))

/** Open proposals past their deadline, of all runs; at most `limit`. */
export const dueProposals = async (db: Reader, limit: number): Promise<readonly Proposal[]> =>
  loaded(db, await db.all(dueBy, { now: db.now, limit }))

/** Ids of the open proposals of a run that wait for this agent's vote. */
export const votesAskedOf = async (db: Reader, run: number, agent: string): Promise<readonly string[]> =>
  (await openProposals(db, run))
    .filter(
      ({ state: { terms, votes } }) =>
        terms.electorate.includes(agent) && votes.every(({ by }) => by !== agent),
    )
    .map(({ id }) => id)

/** Those of the electorate that have not voted and still can: no vote comes from an agent that was terminated. */
export const waitedFor = async (
  db: Reader,
  { run, state: { terms, votes } }: Proposal,
): Promise<readonly string[]> => {
  const voted = new Set(votes.map(({ by }) => by))
  const waiting: string[] = []
  for (const id of terms.electorate) {
    if (voted.has(id)) continue
    const agent = await agentNamed(db, run, id)
    if (agent?.state.status === 'active') waiting.push(id)
  }
  return waiting
}
