import { Failure, invalid } from '../../../errors.ts'
import type { ProposalEvent } from '../events.ts'
import type { ProposalState } from '../state.ts'
import type { Ballot, Rule, Terms, Vote } from '../terms.ts'
import { confidenceOf } from './tally.ts'

/** A vote as it comes in. */
export interface Voting {
  readonly id: string
  readonly by: string
  readonly choice: string | undefined
  readonly ranking: readonly string[] | undefined
  readonly abstain: boolean
  readonly confidence: number | null
  readonly rationale: string | null
  readonly now: number
}

/**
 * What a vote comes to. A refusal may leave something behind: a second vote that differs stays in the log as evidence,
 * so `events` are written whether it is refused or not. `again`: this very vote was counted before.
 */
export interface Voted {
  readonly events: readonly ProposalEvent[]
  readonly refusal?: Failure
  readonly again?: true
}

const takesSeveral = (rule: Rule): boolean => rule === 'ranked' || rule === 'approval'

/** The ballot that a call means, or why it is none. Approvals are put in the order of the options: they have none. */
const ballotOf = (
  { options, rule }: Terms,
  { choice, ranking, abstain }: Pick<Voting, 'choice' | 'ranking' | 'abstain'>,
): Ballot | Failure => {
  const given = [choice !== undefined, ranking !== undefined, abstain].filter(Boolean).length
  if (given !== 1)
    return invalid('choice', 'a vote is one thing', 'Give one of choice, ranking and abstain true.')
  if (abstain) return []
  if (ranking && !takesSeveral(rule))
    return invalid('ranking', `rule ${rule} counts one option`, 'Give choice instead.')
  const named = ranking ?? [choice as string]
  const field = ranking ? 'ranking' : 'choice'
  const unknown = named.find((one) => !options.includes(one))
  if (unknown !== undefined)
    return invalid(
      field,
      `"${unknown.slice(0, 80)}" is no option`,
      `Options: ${options
        .map((one) => `"${one.slice(0, 80)}"`)
        .join(', ')
        .slice(0, 1_000)}.`,
    )
  if (new Set(named).size < named.length)
    return invalid(field, 'names an option twice', 'Name each option once.')
  return rule === 'approval' ? options.filter((option) => named.includes(option)) : named
}

const same = (one: Ballot, other: Ballot): boolean =>
  one.length === other.length && one.every((option, i) => option === other[i])

/** One vote an agent: the same again changes nothing, another one is refused and noted, once. */
export const decideVote = (state: ProposalState, voting: Voting): Voted => {
  const { id, by, confidence, rationale } = voting
  const { terms, votes, refused } = state
  if (!terms.electorate.includes(by)) return { events: [], refusal: mayNotVote(id, by) }
  const ballot = ballotOf(terms, voting)
  if (ballot instanceof Failure) return { events: [], refusal: ballot }
  const first = votes.find((vote) => vote.by === by)
  if (first && same(first.ballot, ballot)) return { events: [], again: true }
  if (first) {
    const noted = refused.some((one) => one.by === by && same(one.ballot, ballot))
    const why = 'voted_before'
    const evidence: ProposalEvent = { type: 'proposal.vote_refused', data: { by, ballot, rationale, why } }
    return { events: noted ? [] : [evidence], refusal: votedBefore(id, first) }
  }
  if (isOver(state, voting.now)) return { events: [], refusal: tooLate(id, state) }
  const vote: Vote = { by, ballot, confidence }
  const counted: ProposalEvent = { type: 'proposal.voted', data: { by, ballot, confidence, rationale } }
  return { events: [counted, ...uncertainty(state, [...votes, vote])] }
}

/** Ended, or past its deadline, whether anybody has written that down or not. */
export const isOver = ({ status, terms }: ProposalState, now: number): boolean =>
  status !== 'open' || (terms.deadline_at !== null && terms.deadline_at <= now)

const uncertainty = (
  { uncertain, terms: { max_variance: limit } }: ProposalState,
  votes: readonly Vote[],
): readonly ProposalEvent[] => {
  const confidence = confidenceOf(votes)
  if (uncertain || !confidence) return []
  const { variance, n } = confidence
  if (variance === null || variance <= limit) return []
  return [{ type: 'proposal.uncertainty_found', data: { variance, n, limit } }]
}

const mayNotVote = (id: string, by: string): Failure =>
  new Failure(
    'forbidden',
    `${by} is not in the electorate of ${id}.`,
    'Vote as an agent of the electorate; it was fixed when the proposal was made.',
    { proposal_id: id, agent_id: by },
  )

const votedBefore = (id: string, { by, ballot }: Vote): Failure =>
  new Failure(
    'conflict',
    `${by} has voted on ${id} before, and differently; the first vote stands.`,
    'Nothing needs to be done. What was tried is kept in the log.',
    { proposal_id: id, agent_id: by, first_vote: ballot.length === 0 ? 'abstained' : ballot },
  )

const tooLate = (id: string, state: ProposalState): Failure =>
  new Failure(
    'already_ended',
    state.status === 'open'
      ? `The deadline of ${id} has passed.`
      : `${id} has ended (${state.status}${state.status === 'decided' ? `: "${state.outcome.slice(0, 200)}"` : ''}).`,
    'The vote was not counted. If the question is still open, propose it anew.',
    { proposal_id: id, status: state.status },
  )
