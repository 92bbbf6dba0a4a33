import type { Reader } from '../../kernel/ports.ts'
import type { Run } from '../run/find.ts'
import { roundsOf } from './decide/outcome.ts'
import { confidenceIn, tallyOf } from './decide/tally.ts'
import { type Proposal, proposalById } from './find.ts'
import { roundOf } from './round.ts'
import { endWords } from './sentence.ts'
import type { Rule, Tally } from './terms.ts'

/** A proposal as its readers see it. Options and question are words of whoever proposed. */
export interface ProposalView {
  readonly proposal_id: string
  /** Which of its run's stretches this is: each rollback begins the next. A vote can name it. */
  readonly round: number
  readonly question: string
  readonly rule: Rule
  /** `due`: its deadline has passed, and it is about to be counted. */
  readonly status: string
  readonly decided: boolean
  readonly tally: Tally
  /** Who has not voted and still can; none once it has ended or is due. */
  readonly waiting: readonly string[]
  readonly outcome?: string
  /** The mean confidence of the `n` of its voters that gave one; absent: none did. */
  readonly outcome_confidence?: { readonly mean: number; readonly n: number }
  /** How it ended, or that it is about to. */
  readonly why?: string
  /** Why it may be worth asking somebody who knows more. */
  readonly suggestion?: string
}

const suggestionFor = ({ state }: Proposal, { confidence }: Tally): string | undefined => {
  if (!state.uncertain || !confidence) return undefined
  const { variance, n } = confidence
  if (variance === null) return undefined
  return `Confidence varies by ${variance.toFixed(3)} over ${n} votes, more than ${state.terms.max_variance}: an expert may help. spawn_agent one and propose anew with it in the electorate.`
}

/** @param now epoch ms, of a read: a vote that came in time is answered as it was then */
export const proposalView = (proposal: Proposal, round: number, now = 0): ProposalView => {
  const { id, state } = proposal
  const { terms, votes, question } = state
  const due = state.status === 'open' && terms.deadline_at !== null && now >= terms.deadline_at
  const status = due ? 'due' : state.status
  const rounds = roundsOf(terms, votes)
  const tally = { ...tallyOf(terms, votes), ...(rounds && { rounds }) }
  const suggestion = suggestionFor(proposal, tally)
  const voted = new Set(votes.map(({ by }) => by))
  const sure = state.status === 'decided' ? confidenceIn(state.outcome, terms, votes) : null
  return {
    proposal_id: id,
    round,
    question,
    rule: terms.rule,
    status,
    decided: status === 'decided',
    tally,
    waiting: status === 'open' ? terms.electorate.filter((agent) => !voted.has(agent)) : [],
    ...(state.status === 'decided' && { outcome: state.outcome }),
    ...(sure && { outcome_confidence: sure }),
    ...((status === 'decided' || status === 'failed') && { why: endWords(proposal) }),
    ...(due && {
      why: 'Its deadline has passed: the votes are about to be counted, and none is taken any more.',
    }),
    ...(suggestion && { suggestion }),
  }
}

/** The proposal that a task stands for, as it stands; undefined for other tasks. */
export const proposalBehind = async (
  db: Reader,
  run: Run,
  decides: string | undefined,
): Promise<ProposalView | undefined> => {
  const proposal = decides === undefined ? undefined : await proposalById(db, decides)
  return proposal && proposalView(proposal, roundOf(run), db.now)
}
