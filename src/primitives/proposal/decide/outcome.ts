import type { Tally, Terms, Vote, WhyFailed } from '../terms.ts'
import { isEnough } from './need.ts'
import { instantRunoff } from './runoff.ts'
import { countsOf, equal, rounded, weightCast } from './tally.ts'

export type Verdict =
  | { readonly outcome: string; readonly why: string }
  | { readonly outcome: null; readonly why: WhyFailed }

const failed = (why: WhyFailed): Verdict => ({ outcome: null, why })

/** The options that are ahead, and how far. */
interface Leaders {
  readonly leaders: readonly string[]
  readonly votes: number
  readonly of: number
  readonly said: string
}

const ballotsOf = (votes: readonly Vote[]) =>
  votes.map(({ ballot }) => ballot).filter((ballot) => ballot.length > 0)

/** The rounds of a ranked vote as its ballots stand; undefined for other rules, and before there are ballots. */
export const roundsOf = ({ rule, options }: Terms, votes: readonly Vote[]): Tally['rounds'] => {
  const ballots = ballotsOf(votes)
  return rule === 'ranked' && ballots.length > 0 ? instantRunoff(options, ballots).rounds : undefined
}

const leadersBy = (terms: Terms, votes: readonly Vote[]): Leaders => {
  if (terms.rule === 'ranked') {
    const { rounds, ...runoff } = instantRunoff(terms.options, ballotsOf(votes))
    return {
      ...runoff,
      said: `${runoff.votes} of ${runoff.of} ballots in round ${rounds.length} of the instant runoff`,
    }
  }
  const counts = countsOf(terms, votes)
  const most = Math.max(...counts)
  const of = weightCast(terms, votes)
  const unit = { weighted: 'weight', approval: 'ballots' }[terms.rule as string] ?? 'votes'
  return {
    leaders: terms.options.filter((_, i) => equal(counts[i] ?? 0, most)),
    votes: most,
    of,
    said: `${rounded(most)} of ${rounded(of)} ${unit}`,
  }
}

/** The one of several leaders that the tie rule names, or undefined. */
const castingVote = ({ rule, ties, chair }: Terms, votes: readonly Vote[], leaders: readonly string[]) => {
  if (ties === 'first') return leaders[0]
  if (ties === 'none') return undefined
  const ballot = votes.find(({ by }) => by === chair)?.ballot ?? []
  const among = ballot.filter((option) => leaders.includes(option))
  // Approvals have no order: a chair that approves several of the leaders has not chosen.
  return rule === 'approval' && among.length > 1 ? undefined : among[0]
}

/** Whether a tie between these two would go to the first one. */
export const winsTie = (terms: Terms, votes: readonly Vote[], option: string, other: string): boolean =>
  castingVote(terms, votes, inOrder(terms, [option, other])) === option

const inOrder = ({ options }: Terms, some: readonly string[]): readonly string[] =>
  options.filter((option) => some.includes(option))

/** What the votes come to when no more will come. `late`: the deadline has passed. */
export const outcomeOf = (terms: Terms, votes: readonly Vote[], late: boolean): Verdict => {
  if (votes.length === 0 && late && terms.quorum === 0) return failed('deadline')
  if (votes.length < terms.quorum) return failed('no_quorum')
  if (weightCast(terms, votes) === 0) return failed('no_majority')
  const { leaders, votes: most, of, said } = leadersBy(terms, votes)
  const [only, ...others] = leaders
  if (only !== undefined && others.length === 0)
    return isEnough(terms, most, of) ? { outcome: only, why: `${said}.` } : failed('no_majority')
  if (!isEnough(terms, most, of, true)) return failed('no_majority')
  const chosen = castingVote(terms, votes, leaders)
  if (chosen === undefined) return failed('tie')
  const by = terms.ties === 'first' ? 'it stands first among the options' : 'the chair voted for it'
  return { outcome: chosen, why: `${said}, as for ${others.length} more: ${by}.` }
}
