import type { Terms, Vote } from '../terms.ts'
import { isEnough } from './need.ts'
import { outcomeOf, type Verdict, winsTie } from './outcome.ts'
import { countsOf, equal, rounded, weightCast, weightOf } from './tally.ts'

/**
 * The verdict, if those who may still vote cannot change it, however they vote and whether they do; else undefined.
 * Exact for rules that count single votes or approvals. For `ranked` a sufficient sign: more than half of all first
 * preferences that there can be. An early failure names what fails for certain (a missing quorum first).
 */
export const foregone = (
  terms: Terms,
  votes: readonly Vote[],
  waiting: readonly string[],
): Verdict | undefined => {
  if (waiting.length === 0) return outcomeOf(terms, votes, false)
  if (votes.length + waiting.length < terms.quorum) return { outcome: null, why: 'no_quorum' }
  const rest = waiting.reduce((sum, agent) => sum + weightOf(terms, agent), 0)
  const cast = weightCast(terms, votes)
  const counts = countsOf(terms, votes)
  const standing = terms.options.map((option, i) => ({ option, count: counts[i] ?? 0 }))
  if (terms.rule !== 'ranked' && cast > 0) {
    const anyCan = standing.some(({ count }) => isEnough(terms, count + rest, cast + rest, true))
    if (!anyCan) return { outcome: null, why: 'no_majority' }
  }
  if (votes.length < terms.quorum) return undefined
  const still = { cast, rest, lone: waiting.length === 1 }
  const safe = standing.find((one) => one.count > 0 && isSafe(terms, votes, standing, one, still))
  if (!safe) return undefined
  const left = `${waiting.length} ${waiting.length === 1 ? 'vote' : 'votes'} to come cannot change it.`
  return { outcome: safe.option, why: `${rounded(safe.count)} of ${rounded(cast)} so far; ${left}` }
}

interface Standing {
  readonly option: string
  readonly count: number
}

/** Whether an option wins even if all who have not voted vote for another one. */
const isSafe = (
  terms: Terms,
  votes: readonly Vote[],
  standing: readonly Standing[],
  { option, count }: Standing,
  { cast, rest, lone }: { readonly cast: number; readonly rest: number; readonly lone: boolean },
): boolean => {
  if (terms.rule === 'ranked') return 2 * count > cast + rest
  const others = standing.filter((other) => other.option !== option)
  // Just half is no majority, unless all that can become of it is a tie that is broken: with one vote or one rival left.
  const ties = (lone || others.length === 1) && others.every((other) => equal(other.count + rest, count))
  if (!isEnough(terms, count, cast + rest, ties)) return false
  return others.every((other) => {
    const most = other.count + rest
    return equal(most, count) ? winsTie(terms, votes, option, other.option) : most < count
  })
}
