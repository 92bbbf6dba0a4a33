import type { Chain } from '../../primitives/decision/explain.ts'
import { excerpt } from '../../primitives/task/excerpt.ts'
import { iso } from '../fields.ts'
import { cut } from './words.ts'

const mostText = 1_500
const mostRationale = 500

const ballotRow = ({ agent_id, choice, confidence, rationale }: Ballot) => ({
  agent_id,
  choice: choice === null || typeof choice === 'string' ? choice : [...choice],
  ...(confidence !== null && { confidence }),
  ...(rationale !== null && { rationale: String(excerpt(rationale, mostRationale).result) }),
})
type Ballot = NonNullable<Chain['decisions'][number]['ballots']>[number]

/** The decisions of a run as clients read them. Their texts are data: workers record decisions too. */
export const chainView = ({ run_id, decisions, more }: Chain) => ({
  run_id,
  decisions: decisions.map(
    ({ at, name, abandoned, decision, reason, question, electorate, ballots, ...link }) => ({
      ...link,
      ...(question !== undefined && { question: String(excerpt(question, mostText).result) }),
      ...(electorate && { electorate: [...electorate] }),
      ...(ballots && { ballots: ballots.map(ballotRow) }),
      ...(name !== null && { name }),
      at: iso(at),
      decision: String(excerpt(decision, mostText).result),
      reason: reason === null ? null : String(excerpt(reason, mostText).result),
      ...(abandoned && { abandoned }),
      untrusted: true,
    }),
  ),
  more,
})
export type ChainView = ReturnType<typeof chainView>

/** The most decisions that the text spells out: the newest. */
const shown = 20

/** The most ballots of a vote that the text spells out. */
const shownBallots = 10

const sayBallot = ({ agent_id, choice, confidence, rationale }: ReturnType<typeof ballotRow>): string => {
  const what = choice === null ? 'abstained' : JSON.stringify(cut([choice].flat().join(' > '), 100))
  const sure = confidence === undefined ? '' : ` (${confidence})`
  return `${agent_id} ${what}${sure}${rationale === undefined ? '' : `, because ${JSON.stringify(cut(rationale, 150))}`}`
}

const before = (earlier = 0): string => (earlier === 0 ? '' : ` (${earlier} before it)`)

/** One line a decision, in order. */
export const sayDecisions = (decisions: ChainView['decisions']): string => {
  if (decisions.length === 0) return 'No decisions are recorded.'
  const lines = decisions.slice(-shown).map(({ event_id, kind, by, decision, reason, outcome, ...link }) => {
    const why = reason === null ? 'no reason given' : `because ${JSON.stringify(cut(reason, 200))}`
    const came =
      outcome === undefined
        ? ''
        : `; outcome ${JSON.stringify(cut(outcome, 200))}${before(link.earlier_outcomes)}`
    const whose = link.electorate ? ` by its electorate of ${link.electorate.length}` : ''
    const asked = link.question === undefined ? '' : ` on ${JSON.stringify(cut(link.question, 200))}`
    const ballots = (link.ballots ?? []).slice(0, shownBallots).map(sayBallot)
    const gone = link.abandoned ? ' (abandoned)' : ''
    return `${event_id} ${kind}${by === null ? whose : ` by ${by}`}${asked}${gone}: ${JSON.stringify(cut(decision, 200))} ${why}${came}${ballots.length > 0 ? `; ballots: ${ballots.join('; ')}` : ''}`
  })
  const older = decisions.length - lines.length
  return [`Decisions${older > 0 ? `, the newest ${shown} of ${decisions.length}` : ''}:`, ...lines].join('\n')
}
