import { closest } from 'fastest-levenshtein'

/** The known name most like `word`, or undefined when none is known. A long word is compared by its beginning. */
export const nearest = (word: string, known: readonly string[]): string | undefined =>
  known.length === 0 ? undefined : closest(word.slice(0, 64), known)
