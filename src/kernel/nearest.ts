import { closest, distance } from 'fastest-levenshtein'

/** With more of a word wrong than this, a suggestion is a guess. */
const mostWrong = 0.4

/**
 * The known name most like `word`, or undefined when none is near enough to be meant. A long word is compared by its
 * beginning.
 */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (known.length === 0) return undefined
  const start = word.slice(0, 64)
  const near = closest(start, known)
  return distance(start, near) <= mostWrong * Math.max(start.length, near.length) ? near : undefined
}
