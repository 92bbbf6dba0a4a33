import { type Failure, invalid } from '../../../errors.ts'
import { sameTotal } from '../terms.ts'
import { type Aggregated, type Count, type Item, insufficient, type Round } from './aggregated.ts'
import { canonical } from './canonical.ts'

/** The choice with more than half of all votes; none when no choice has them. */
export const majority = (items: readonly Item[]): Aggregated => {
  const { leader, ...found } = plainCount(items)
  if (!leader) return insufficient(0, 'there are no votes')
  if (leader.share > 0.5) return { ...found, value: leader.choice, confidence: leader.share }
  return { ...found, value: null, reason: 'no choice has more than half of the votes' }
}

/** The choice with most votes; none when several have as many. */
export const plurality = (items: readonly Item[]): Aggregated => {
  const { leader, ...found } = plainCount(items)
  if (!leader) return insufficient(0, 'there are no votes')
  const ties = found.counts.filter(({ votes }) => isSame(votes, leader.votes)).map(({ choice }) => choice)
  if (ties.length > 1) return { ...found, value: null, ties, reason: 'several choices have most votes' }
  return { ...found, value: leader.choice, confidence: leader.share }
}

const isSame = (a: number, b: number) => Math.abs(a - b) < sameTotal * Math.max(1, Math.abs(a))

const plainCount = (items: readonly Item[]) => {
  const counts = tally(items.map(({ value, weight }) => ({ choice: value, weight })))
  return { n: items.length, counts, leader: counts[0] }
}

/** Votes by choice, most first, equals in the order of their text: not in that of the ballots. */
const tally = (
  votes: readonly { readonly choice: unknown; readonly weight: number }[],
  known: ReadonlyMap<string, unknown> = new Map(),
): readonly Count[] => {
  const sums = new Map([...known].map(([key, choice]) => [key, { choice, votes: 0 }]))
  for (const { choice, weight } of votes) {
    const key = canonical(choice)
    const before = sums.get(key) ?? { choice, votes: 0 }
    sums.set(key, { choice: before.choice, votes: before.votes + weight })
  }
  const all = votes.reduce((sum, { weight }) => sum + weight, 0)
  return [...sums]
    .toSorted(([a, x], [b, y]) => y.votes - x.votes || (a < b ? -1 : 1))
    .map(([, { choice, votes }]) => ({ choice, votes, share: all === 0 ? 0 : votes / all }))
}

/**
 * Ranked choice (instant run-off): each ballot counts for the first choice on it that is still in; who has most of these
 * votes by more than half wins; else the last one goes out, and several that are last together go together. A ballot
 * may rank some choices only. When all that are left are equal, it is a tie.
 */
export const rankedChoice = (items: readonly Item[]): Aggregated | Failure => {
  const ballots: { readonly ranks: readonly { key: string; choice: unknown }[]; readonly weight: number }[] =
    []
  for (const { id, value, weight } of items) {
    const ranks = Array.isArray(value) ? value.map((choice) => ({ key: canonical(choice), choice })) : []
    const keys = new Set(ranks.map(({ key }) => key))
    if (ranks.length === 0 || keys.size !== ranks.length) return notABallot(id)
    ballots.push({ ranks, weight })
  }
  const n = items.length
  if (n === 0) return insufficient(0, 'there are no ballots')
  const left = new Map(ballots.flatMap(({ ranks }) => ranks.map(({ key, choice }) => [key, choice] as const)))
  const rounds: Round[] = []
  for (;;) {
    const votes = ballots.flatMap(({ ranks, weight }) => {
      const first = ranks.find(({ key }) => left.has(key))
      return first ? [{ choice: first.choice, weight }] : []
    })
    const active = votes.reduce((sum, { weight }) => sum + weight, 0)
    const all = ballots.reduce((sum, { weight }) => sum + weight, 0)
    const counts = tally(votes, left)
    const [leader] = counts
    const least = counts.at(-1)
    if (!leader || !least) throw new Error('a count without choices')
    const round = { counts, exhausted: Math.max(0, all - active) }
    if (leader.share > 0.5)
      return {
        value: leader.choice,
        n,
        confidence: leader.share,
        rounds: [...rounds, { ...round, eliminated: [] }],
      }
    const out = counts.filter(({ votes }) => isSame(votes, least.votes)).map(({ choice }) => choice)
    if (out.length === counts.length)
      return {
        value: null,
        n,
        ties: out,
        reason: 'those that are left have as many votes each',
        rounds: [...rounds, { ...round, eliminated: [] }],
      }
    for (const choice of out) left.delete(canonical(choice))
    rounds.push({ ...round, eliminated: out })
  }
}

const notABallot = (id: string): Failure =>
  invalid('field', `"${id}" is no ballot`, 'A ballot is a list of choices, best first, each once.')
