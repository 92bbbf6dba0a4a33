import type { ProposalView } from '../../primitives/proposal/shown.ts'
import { cut } from './words.ts'

/** How the votes on a proposal stand, in a few lines. Options are words of whoever proposed. */
export const sayProposal = (view: ProposalView): string => {
  const { proposal_id, status, tally, waiting, why, suggestion } = view
  const counts = tally.counts
    .filter(({ votes }) => votes > 0)
    .map(({ option, votes }) => `${JSON.stringify(cut(option, 60))} ${votes}`)
  const quorum = tally.quorum > 0 ? `, quorum ${tally.took_part}/${tally.quorum}` : ''
  const lines = [
    `${proposal_id}: ${status}. ${tally.cast} voted, ${tally.abstained} abstained, ${tally.silent} silent${quorum}.`,
    counts.length > 0 && `Votes: ${cut(counts.join(', '), 1_000)}.`,
    why && cut(why, 500),
    waiting.length > 0 && `Waiting for ${cut(waiting.join(', '), 500)}.`,
    suggestion,
  ]
  return lines.filter(Boolean).join('\n')
}
