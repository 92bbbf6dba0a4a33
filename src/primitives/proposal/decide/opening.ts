import { invalid } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { ProposalEvent } from '../events.ts'
import type { Rule, Terms, TieRule } from '../terms.ts'

/** What is asked for, every agent resolved to its id. */
export interface Opening {
  readonly question: string
  readonly options: readonly string[]
  readonly electorate: readonly string[]
  readonly rule: Rule
  /** Up to 1 a share of the electorate, above a number of agents; undefined: nobody need take part. */
  readonly quorum: number | undefined
  readonly threshold: number | undefined
  readonly weights: ReadonlyMap<string, number> | undefined
  readonly deadlineMs: number | undefined
  readonly ties: TieRule
  readonly chair: string | undefined
  readonly maxVariance: number
  readonly task: string
  readonly by: string | null
  readonly now: number
}

/** How many agents a quorum means. A hair less than a whole number is that number: shares are binary fractions. */
const headsOf = (quorum: number, of: number): number =>
  quorum <= 1 ? Math.max(0, Math.ceil(quorum * of - 1e-9)) : quorum

const problemOf = (o: Opening): ReturnType<typeof invalid> | undefined => {
  if (new Set(o.options).size < o.options.length)
    return invalid('options', 'two options are the same', 'Give each option a text of its own.')
  if (o.electorate.length === 0)
    return invalid('electorate', 'nobody may vote', 'Spawn agents first, or name those that are to vote.')
  return quorumProblem(o) ?? thresholdProblem(o) ?? weightsProblem(o) ?? chairProblem(o)
}

const quorumProblem = ({ quorum, electorate }: Opening) => {
  if (quorum === undefined || quorum <= 1) return undefined
  if (!Number.isInteger(quorum))
    return invalid('quorum', 'is neither a share nor a count', 'Give 0–1, or a whole number of agents.')
  if (quorum <= electorate.length) return undefined
  return invalid(
    'quorum',
    `is ${quorum}, of an electorate of ${electorate.length}`,
    'Ask for fewer, or let more agents vote.',
  )
}

const thresholdProblem = ({ threshold, rule }: Opening) => {
  if (threshold === undefined) return undefined
  if (rule === 'ranked' || rule === 'unanimity')
    return invalid('threshold', `means nothing to rule ${rule}`, 'Leave it out, or choose another rule.')
  // Who reads of a majority takes at least half of the votes to stand behind it.
  return rule === 'majority' && threshold < 1 / 2
    ? invalid(
        'threshold',
        `is ${threshold}, less than the half that rule majority promises`,
        'Give 0.5 or more, or choose rule plurality.',
      )
    : undefined
}

const weightsProblem = ({ weights, rule, electorate }: Opening) => {
  if (rule !== 'weighted')
    return weights
      ? invalid('weights', `mean nothing to rule ${rule}`, 'Leave them out, or choose rule weighted.')
      : undefined
  const without = electorate.find((agent) => !weights?.has(agent))
  if (without !== undefined)
    return invalid('weights', `${without} has none`, 'Give each agent of the electorate its weight.')
  const stranger = [...(weights?.keys() ?? [])].find((agent) => !electorate.includes(agent))
  if (stranger !== undefined)
    return invalid('weights', `${stranger} may not vote`, 'Weigh agents of the electorate only.')
  const sum = [...(weights?.values() ?? [])].reduce((all, one) => all + one, 0)
  return sum > 0 ? undefined : invalid('weights', 'all are 0', 'Give at least one agent a weight.')
}

const chairProblem = ({ ties, chair, electorate }: Opening) => {
  if (ties !== 'chair')
    return chair === undefined
      ? undefined
      : invalid('chair', `decides nothing with ties ${ties}`, 'Leave it out, or set ties to chair.')
  if (chair === undefined)
    return invalid('chair', 'is missing', 'Name the agent whose vote is to break a tie.')
  return electorate.includes(chair)
    ? undefined
    : invalid('chair', `${chair} may not vote`, 'Name an agent of the electorate.')
}

/** Opens a proposal; what it counts by is fixed from here on. */
export const decideOpening = (o: Opening): Decision<ProposalEvent> => {
  const problem = problemOf(o)
  if (problem) return problem
  const terms: Terms = {
    options: o.options,
    electorate: o.electorate,
    rule: o.rule,
    quorum: headsOf(o.quorum ?? 0, o.electorate.length),
    threshold: o.threshold ?? null,
    weights: o.weights ? Object.fromEntries(o.weights) : null,
    deadline_at: o.deadlineMs === undefined ? null : o.now + o.deadlineMs,
    ties: o.ties,
    chair: o.chair ?? null,
    max_variance: o.maxVariance,
  }
  const { question, task, by } = o
  return [{ type: 'proposal.opened', data: { ...terms, question, task, by } }]
}
