import { decideEnding } from '../../../src/primitives/proposal/decide/ending.ts'
import { decideVote, type Voting } from '../../../src/primitives/proposal/decide/voting.ts'
import type { ProposalEvent } from '../../../src/primitives/proposal/events.ts'
import type { ProposalState } from '../../../src/primitives/proposal/state.ts'
import type { Ballot, Terms, Vote } from '../../../src/primitives/proposal/terms.ts'

/** Agents `a`, `b`, `c`… */
export const agents = (count: number): readonly string[] => [...'abcdefghij'].slice(0, count)

export const terms = (some: Partial<Terms> = {}): Terms => ({
  options: ['x', 'y', 'z'],
  electorate: agents(5),
  rule: 'plurality',
  quorum: 0,
  threshold: null,
  weights: null,
  deadline_at: null,
  ties: 'none',
  chair: null,
  max_variance: 0.06,
  ...some,
})

/** Ballots of a, b, c… in this order: `x` one option, `xy` a ranking or approvals, `-` an abstention. */
export const votes = (...ballots: readonly string[]): readonly Vote[] =>
  ballots.map((text, i) => ({
    by: agents(10)[i] as string,
    ballot: text === '-' ? [] : [...text],
    confidence: null,
  }))

export const opened = (some: Partial<Terms> = {}): ProposalEvent => ({
  type: 'proposal.opened',
  data: { ...terms(some), question: 'Which?', task: 'tsk_1', by: null },
})

export const voted = (by: string, ballot: Ballot, confidence: number | null = null): ProposalEvent => ({
  type: 'proposal.voted',
  data: { by, ballot, confidence, rationale: null },
})

/** A vote that comes in now, as the command puts it: what is written, and the refusal. */
export const casts =
  (by: string, some: Partial<Voting>) =>
  (
    state: ProposalState,
    now: number,
  ): readonly ProposalEvent[] | NonNullable<ReturnType<typeof decideVote>['refusal']> => {
    const asked = { choice: undefined, ranking: undefined, abstain: false, confidence: null, rationale: null }
    const { events, refusal } = decideVote(state, { id: 'prp_1', by, now, ...asked, ...some })
    return refusal ?? events
  }

export const ends =
  (...waiting: readonly string[]) =>
  (state: ProposalState, now: number): readonly ProposalEvent[] =>
    decideEnding(state, { waiting, now })
