import type { Reader } from '../../kernel/ports.ts'
import { confidenceIn } from './decide/tally.ts'
import { proposalById } from './find.ts'

/** A vote as it was cast. Its texts are words of its agent. */
export interface CastBallot {
  readonly agent_id: string
  /** One option; several where the rule takes them; null: an abstention. */
  readonly choice: string | readonly string[] | null
  readonly confidence: number | null
  readonly rationale: string | null
}

/** What a vote was about and who said what, when it ended. */
export interface EndedVote {
  readonly question: string
  readonly electorate: readonly string[]
  readonly ballots: readonly CastBallot[]
  /** Of those for the outcome, the mean confidence; absent: there is no outcome, or nobody gave one. */
  readonly confidence?: number
}

/** The most ballots and voters that are spelled out. */
const most = 50

/** The vote that ended with the event at `seq`. */
export const voteEndedAt = async (db: Reader, id: string, seq: number): Promise<EndedVote | undefined> => {
  const proposal = await proposalById(db, id)
  const state = proposal && (await db.stateAt(proposal, seq))
  if (!state) return undefined
  const { terms, votes, question } = state
  const cast = (await db.history(proposal)).filter(
    (event) => event.type === 'proposal.voted' && event.seq < seq,
  )
  const ballots = votes.slice(0, most).map(({ by, ballot, confidence }) => {
    const said = cast.findLast(({ data }) => (data as { by: string }).by === by)?.data
    const { rationale = null } = (said ?? {}) as { rationale?: string | null }
    const choice = ballot.length > 1 ? ballot : (ballot[0] ?? null)
    return { agent_id: by, choice, confidence, rationale }
  })
  const found = state.status === 'decided' ? confidenceIn(state.outcome, terms, votes) : null
  return {
    question,
    electorate: terms.electorate.slice(0, most),
    ballots,
    ...(found && { confidence: found.mean }),
  }
}
