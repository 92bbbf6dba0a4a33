import type { Terms } from '../terms.ts'
import { equal } from './tally.ts'

/** The share of the votes cast that an option needs beside being ahead. */
interface Need {
  readonly share: number
  /** More than the share, not just it. */
  readonly more: boolean
}

const needOf = ({ rule, threshold }: Terms): Need => {
  if (threshold !== null) return { share: threshold, more: false }
  switch (rule) {
    case 'majority':
      return { share: 1 / 2, more: true }
    case 'supermajority':
      return { share: 2 / 3, more: false }
    case 'unanimity':
      return { share: 1, more: false }
    default:
      return { share: 0, more: false }
  }
}

/** Whether `votes` of `cast` are enough. `halves`: just the share will do, for the winner of a tie that was broken. */
export const isEnough = (terms: Terms, votes: number, cast: number, halves = false): boolean => {
  const { share, more } = needOf(terms)
  const needed = share * cast
  if (equal(votes, needed)) return votes > 0 && (halves || !more)
  return votes > needed
}
