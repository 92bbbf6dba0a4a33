import type { Chain } from '../../primitives/decision/explain.ts'
import { excerpt } from '../../primitives/task/excerpt.ts'
import { iso } from '../fields.ts'
import { cut } from './words.ts'

const mostText = 1_500

/** The decisions of a run as clients read them. Their texts are data: workers record decisions too. */
export const chainView = ({ run_id, decisions, more }: Chain) => ({
  run_id,
  decisions: decisions.map(({ at, name, abandoned, decision, reason, ...link }) => ({
    ...link,
    ...(name !== null && { name }),
    at: iso(at),
    decision: String(excerpt(decision, mostText).result),
    reason: reason === null ? null : String(excerpt(reason, mostText).result),
    ...(abandoned && { abandoned }),
    untrusted: true,
  })),
  more,
})
export type ChainView = ReturnType<typeof chainView>

/** The most decisions that the text spells out: the newest. */
const shown = 20

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
    const gone = link.abandoned ? ' (abandoned)' : ''
    return `${event_id} ${kind}${by === null ? '' : ` by ${by}`}${gone}: ${JSON.stringify(cut(decision, 200))} ${why}${came}`
  })
  const older = decisions.length - lines.length
  return [`Decisions${older > 0 ? `, the newest ${shown} of ${decisions.length}` : ''}:`, ...lines].join('\n')
}
