import type { Recorded } from '../../kernel/event.ts'
import type { ProposalEvent } from './events.ts'
import type { Ballot, Terms, Vote, WhyFailed } from './terms.ts'

interface ProposalCommon {
  readonly question: string
  readonly terms: Terms
  /** The task that ends with the outcome. */
  readonly task: string
  readonly by: string | null
  /** In the order of their coming. */
  readonly votes: readonly Vote[]
  /** Second votes that were refused, each once. */
  readonly refused: readonly { readonly by: string; readonly ballot: Ballot }[]
  /** Whether the confidences were found to vary too much. */
  readonly uncertain: boolean
  readonly openedAt: number
}

export type ProposalState =
  | (ProposalCommon & { readonly status: 'open' })
  | (ProposalCommon & {
      readonly status: 'decided'
      readonly outcome: string
      readonly why: string
      readonly endedAt: number
    })
  | (ProposalCommon & { readonly status: 'failed'; readonly why: WhyFailed; readonly endedAt: number })
  | (ProposalCommon & { readonly status: 'undone' })

const common = (s: ProposalState): ProposalCommon => ({
  question: s.question,
  terms: s.terms,
  task: s.task,
  by: s.by,
  votes: s.votes,
  refused: s.refused,
  uncertain: s.uncertain,
  openedAt: s.openedAt,
})

/** Remembers; holds no rule. */
export const evolveProposal = (
  state: ProposalState | undefined,
  event: Recorded<ProposalEvent>,
): ProposalState => {
  if (event.type === 'proposal.opened') {
    const { question, task, by, ...terms } = event.data
    const none = { votes: [], refused: [], uncertain: false }
    return { status: 'open', question, terms, task, by, ...none, openedAt: event.at }
  }
  if (!state) throw new Error(`${event.type} before the proposal was opened`)
  switch (event.type) {
    case 'proposal.voted': {
      const { by, ballot, confidence } = event.data
      return { ...state, votes: [...state.votes, { by, ballot, confidence }] }
    }
    case 'proposal.vote_refused': {
      const { by, ballot } = event.data
      return { ...state, refused: [...state.refused, { by, ballot }] }
    }
    case 'proposal.uncertainty_found':
      return { ...state, uncertain: true }
    case 'proposal.decided': {
      const { outcome, why } = event.data
      return { ...common(state), status: 'decided', outcome, why, endedAt: event.at }
    }
    case 'proposal.failed':
      return { ...common(state), status: 'failed', why: event.data.why, endedAt: event.at }
  }
}

/** The state of a proposal that rollback made unborn. */
export const undoneProposal = (state: ProposalState): ProposalState => ({
  ...common(state),
  status: 'undone',
})
