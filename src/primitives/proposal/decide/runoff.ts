import type { Ballot, Tally } from '../terms.ts'

/** What instant runoff came to: the options left when it ended (one: the winner), and each of its rounds. */
export interface Runoff {
  readonly leaders: readonly string[]
  /** Ballots for the leaders in the last round, and ballots that named somebody still in it. */
  readonly votes: number
  readonly of: number
  readonly rounds: NonNullable<Tally['rounds']>
}

/**
 * Instant runoff: while nobody has more than half of the ballots that still count, those with the fewest first
 * preferences are out, and their ballots go to the next preference. Equals in the last place go out together, so the
 * order of the options decides nothing; if that would be all who are left, it is a tie between them. A ballot counts
 * until its last preference is out. (Robert's Rules of Order, 12th ed., 45:62–69; ties by batch, as there is no lot.)
 */
export const instantRunoff = (options: readonly string[], ballots: readonly Ballot[]): Runoff => {
  let left: readonly string[] = options
  const rounds: Runoff['rounds'][number][] = []
  for (;;) {
    const counts = new Map(left.map((option) => [option, 0]))
    for (const ballot of ballots) {
      const first = ballot.find((option) => counts.has(option))
      if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1)
    }
    const all = [...counts.values()]
    const of = all.reduce((sum, count) => sum + count, 0)
    const votes = Math.max(...all)
    const fewest = Math.min(...all)
    const leaders = left.filter((option) => counts.get(option) === votes)
    const ends = 2 * votes > of || votes === fewest
    const eliminated = ends ? [] : left.filter((option) => counts.get(option) === fewest)
    const told = left.map((option) => ({ option, votes: counts.get(option) ?? 0 }))
    rounds.push({ counts: told, exhausted: ballots.length - of, eliminated })
    if (ends) return { leaders, votes, of, rounds }
    left = left.filter((option) => !eliminated.includes(option))
  }
}
