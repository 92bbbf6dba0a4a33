import { wordsOf } from '../../policy/words.ts'

export interface Consensus {
  /** Words that all results share, of all words in them, 0–1; null where there is nothing to compare. */
  readonly agreement: number | null
  readonly label: 'high' | 'medium' | 'low' | 'insufficient_data'
  /** How many results were compared. */
  readonly n: number
}

/** How far results agree: shared words over all words (Jaccard, 1901, over several sets). Fewer than two: no answer. */
export const consensusOf = (texts: readonly string[]): Consensus => {
  const n = texts.length
  const none: Consensus = { agreement: null, label: 'insufficient_data', n }
  const [first, ...others] = texts.map((text) => new Set(wordsOf(text)))
  if (!first || others.length === 0) return none
  const all = new Set([first, ...others].flatMap((words) => [...words]))
  if (all.size === 0) return none
  const shared = [...first].filter((word) => others.every((words) => words.has(word))).length
  const agreement = rounded(shared / all.size)
  return { agreement, label: agreement > 0.7 ? 'high' : agreement > 0.4 ? 'medium' : 'low', n }
}

/** Mean and population variance of scores; null of none. */
export const spreadOf = (
  scores: readonly number[],
): { readonly mean: number | null; readonly variance: number | null; readonly n: number } => {
  const n = scores.length
  if (n === 0) return { mean: null, variance: null, n }
  const mean = scores.reduce((sum, score) => sum + score, 0) / n
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / n
  return { mean: rounded(mean), variance: rounded(variance), n }
}

/** Figures are told to six places: what comes after is noise of the arithmetic. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6
