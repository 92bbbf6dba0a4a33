import type { Ballot, Tally, Terms, WhyFailed } from './terms.ts'

export type ProposalEvent =
  | {
      readonly type: 'proposal.opened'
      readonly data: Terms & {
        readonly question: string
        /** The task that ends with the outcome. */
        readonly task: string
        /** The agent that proposes; null: the conductor. */
        readonly by: string | null
      }
    }
  | {
      readonly type: 'proposal.voted'
      readonly data: {
        readonly by: string
        readonly ballot: Ballot
        readonly confidence: number | null
        readonly rationale: string | null
      }
    }
  /** A second vote of an agent, other than its first: it counts for nothing and is kept as evidence. */
  | {
      readonly type: 'proposal.vote_refused'
      readonly data: {
        readonly by: string
        readonly ballot: Ballot
        readonly rationale: string | null
        readonly why: 'voted_before'
      }
    }
  /** The confidences of the voters vary more than was allowed: a hint that somebody who knows more should be asked. */
  | {
      readonly type: 'proposal.uncertainty_found'
      readonly data: { readonly variance: number; readonly n: number; readonly limit: number }
    }
  | {
      readonly type: 'proposal.decided'
      readonly data: { readonly outcome: string; readonly tally: Tally; readonly why: string }
    }
  | {
      readonly type: 'proposal.failed'
      readonly data: { readonly why: WhyFailed; readonly tally: Tally }
    }
