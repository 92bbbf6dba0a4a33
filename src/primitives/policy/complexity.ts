import { WordList } from './words.ts'

export const complexities = ['simple', 'moderate', 'complex', 'expert'] as const
export type Complexity = (typeof complexities)[number]

/** Keywords by weight 1–4; each counts once. */
const keywords = new WordList({
  1: 'add adds list lists rename format fix fixes explain describe translate summarise summarize summary typo copy convert',
  2: 'implement* refactor* test tests testing debug* review* compare* integrat* validat* automat* api',
  3: 'optimis* optimiz* migrat* design* analys* analyz* parallel* secur* benchmark* algorithm* diagnos* trade-off* tradeoff*',
  4: 'distributed concurren* consensus cryptograph* formal* prove proof proofs theorem* compiler* fault-toleran*',
})
const architecture = new WordList({
  2: 'architect* microservice* infrastructure framework* platform* subsystem* end-to-end scalab*',
})

/** The upper bounds of the bands; above the last it is for experts. */
const bands = [
  [2, 'simple'],
  [4, 'moderate'],
  [7, 'complex'],
] as const satisfies readonly (readonly [number, Complexity])[]

/**
 * How much a text asks for: the weights of its keywords, 2 more for words of architecture, 1 for more than 50 words and
 * 1 for more than 100; bands up to 2, 4 and 7. The weights' range, the additions and the bands are those of LLMGenie's
 * router; the words are ours.
 */
export const complexityOf = (
  words: readonly string[],
): { readonly level: Complexity; readonly score: number; readonly reasons: readonly string[] } => {
  const parts: [number, string][] = keywords.found(words).map(({ word, weight }) => [weight, `"${word}"`])
  const [structural] = architecture.found(words)
  if (structural) parts.push([structural.weight, `architecture: "${structural.word}"`])
  if (words.length > 50) parts.push([1, 'more than 50 words'])
  if (words.length > 100) parts.push([1, 'more than 100 words'])
  const score = parts.reduce((sum, [weight]) => sum + weight, 0)
  const level = bands.find(([most]) => score <= most)?.[1] ?? 'expert'
  return { level, score, reasons: parts.slice(0, mostReasons).map(([weight, why]) => `+${weight} ${why}`) }
}
const mostReasons = 12
