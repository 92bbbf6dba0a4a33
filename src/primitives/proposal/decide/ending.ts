import type { ProposalEvent } from '../events.ts'
import type { ProposalState } from '../state.ts'
import type { WhyFailed } from '../terms.ts'
import { foregone } from './foregone.ts'
import { outcomeOf } from './outcome.ts'
import { tallyOf } from './tally.ts'
import { isOver } from './voting.ts'

const failed = ({ terms, votes }: ProposalState, why: WhyFailed): ProposalEvent => ({
  type: 'proposal.failed',
  data: { why, tally: tallyOf(terms, votes) },
})

/**
 * Ends an open proposal as soon as its outcome cannot change any more, or at its deadline. `waiting`: those who have
 * not voted and still can, so not those that were terminated.
 */
export const decideEnding = (
  state: ProposalState,
  { waiting, now }: { readonly waiting: readonly string[]; readonly now: number },
): readonly ProposalEvent[] => {
  if (state.status !== 'open') return []
  const { terms, votes } = state
  const late = isOver(state, now)
  const verdict = late ? outcomeOf(terms, votes, true) : foregone(terms, votes, waiting)
  if (!verdict) return []
  if (verdict.outcome === null) return [failed(state, verdict.why)]
  const { outcome, why } = verdict
  return [{ type: 'proposal.decided', data: { outcome, tally: tallyOf(terms, votes), why } }]
}

/** Ends an open proposal without an outcome, for its task or its run has ended. */
export const decideWithdrawal = (state: ProposalState): readonly ProposalEvent[] =>
  state.status === 'open' ? [failed(state, 'withdrawn')] : []
