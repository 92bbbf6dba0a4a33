import type { ProposalView } from '../../primitives/proposal/shown.ts'
import { cut } from './words.ts'

const quoted = (option: string) => JSON.stringify(cut(option, 60))

/** One line a round, where a ranked vote took several. */
const roundLines = ({ rounds = [] }: ProposalView['tally']): readonly string[] => {
  if (rounds.length < 2) return []
  return rounds.slice(0, 10).map(({ counts, exhausted, eliminated }, i) => {
    const votes = counts.filter((one) => one.votes > 0).map((one) => `${quoted(one.option)} ${one.votes}`)
    const spent = exhausted > 0 ? `, exhausted ${exhausted}` : ''
    const out = eliminated.length > 0 ? `; out: ${eliminated.map(quoted).join(', ')}` : ''
    return cut(`Round ${i + 1}: ${votes.join(', ')}${spent}${out}.`, 500)
  })
}

/** How the votes on a proposal stand, in a few lines. Options are words of whoever proposed. */
export const sayProposal = (view: ProposalView): string => {
  const { proposal_id, status, tally, waiting, why, suggestion } = view
  const counts = tally.counts
    .filter(({ votes }) => votes > 0)
    .map(({ option, votes }) => `${quoted(option)} ${votes}`)
  const quorum = tally.quorum > 0 ? `, quorum ${tally.took_part}/${tally.quorum}` : ''
  const lines = [
    `${proposal_id}: ${status}. ${tally.cast} voted, ${tally.abstained} abstained, ${tally.silent} silent${quorum}.`,
    counts.length > 0 && `Votes: ${cut(counts.join(', '), 1_000)}.`,
    ...roundLines(tally),
    why && cut(why, 500),
    waiting.length > 0 && `Waiting for ${cut(waiting.join(', '), 500)}.`,
    suggestion,
  ]
  return lines.filter(Boolean).join('\n')
}
