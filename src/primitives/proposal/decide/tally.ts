import type { Tally, Terms, Vote } from '../terms.ts'

export const weightOf = ({ weights }: Pick<Terms, 'weights'>, agent: string): number =>
  weights === null ? 1 : (weights[agent] ?? 0)

/** Sums of weights differ by rounding: what is nearer than this is equal. */
const rounding = 1e-9

export const equal = (a: number, b: number): boolean => Math.abs(a - b) <= rounding * Math.max(1, a, b)

/** A sum as it is told. */
export const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

/** Of each option in the order of the options: its votes, first preferences, or approvals. */
export const countsOf = (terms: Terms, votes: readonly Vote[]): readonly number[] => {
  const counts = new Map(terms.options.map((option) => [option, 0]))
  for (const { by, ballot } of votes) {
    const counted = terms.rule === 'approval' ? ballot : ballot.slice(0, 1)
    for (const option of counted) counts.set(option, (counts.get(option) ?? 0) + weightOf(terms, by))
  }
  return [...counts.values()]
}

/** What ballots for some option weigh in sum. */
export const weightCast = (terms: Terms, votes: readonly Vote[]): number =>
  votes.reduce((sum, { by, ballot }) => sum + (ballot.length > 0 ? weightOf(terms, by) : 0), 0)

/** Mean and population variance of the confidences that were given, the latter from two; null when none was. */
export const confidenceOf = (votes: readonly Vote[]): Tally['confidence'] => {
  const given = votes.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]))
  const n = given.length
  if (n === 0) return null
  const mean = given.reduce((sum, one) => sum + one, 0) / n
  const variance = n < 2 ? null : given.reduce((sum, one) => sum + (one - mean) ** 2, 0) / n
  return { mean, variance, n }
}

/** The mean confidence of those who voted for this outcome (`ranked`: put it first) and gave one; null: none did. */
export const confidenceIn = (
  outcome: string,
  { rule }: Pick<Terms, 'rule'>,
  votes: readonly Vote[],
): { readonly mean: number; readonly n: number } | null => {
  const own = votes.filter(({ ballot }) =>
    rule === 'approval' ? ballot.includes(outcome) : ballot[0] === outcome,
  )
  const found = confidenceOf(own)
  return found && { mean: rounded(found.mean), n: found.n }
}

/** How the votes stand. */
export const tallyOf = (terms: Terms, votes: readonly Vote[]): Tally => {
  const counts = countsOf(terms, votes)
  const abstained = votes.filter(({ ballot }) => ballot.length === 0).length
  return {
    counts: terms.options.map((option, i) => ({ option, votes: rounded(counts[i] ?? 0) })),
    cast: votes.length - abstained,
    weight: rounded(weightCast(terms, votes)),
    abstained,
    silent: terms.electorate.length - votes.length,
    took_part: votes.length,
    quorum: terms.quorum,
    confidence: confidenceOf(votes),
  }
}
