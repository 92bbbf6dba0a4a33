import { wordsOf } from './words.ts'

/** A text by its words: how often each stands in it. */
export type Bag = ReadonlyMap<string, number>

export const bagOf = (text: string): Bag => {
  const bag = new Map<string, number>()
  for (const word of wordsOf(text)) bag.set(word, (bag.get(word) ?? 0) + 1)
  return bag
}

/** How telling a word is among the texts: ln((1 + n) / (1 + texts with it)) + 1, so that it is never 0. */
const rarity = (bags: readonly Bag[]): ((word: string) => number) => {
  const within = new Map<string, number>()
  for (const bag of bags) for (const word of bag.keys()) within.set(word, (within.get(word) ?? 0) + 1)
  return (word) => Math.log((1 + bags.length) / (1 + (within.get(word) ?? 0))) + 1
}

/**
 * How alike a text is to each of others, 0–1: cosine of their TF-IDF vectors, with 1 + ln(count) as term weight and
 * smoothed inverse document frequency (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 6.2–6.4).
 */
export const similarities = (query: Bag, bags: readonly Bag[]): readonly number[] => {
  const rare = rarity(bags)
  const vector = (bag: Bag): ReadonlyMap<string, number> =>
    new Map([...bag].map(([word, count]) => [word, (1 + Math.log(count)) * rare(word)]))
  const length = (weights: ReadonlyMap<string, number>): number =>
    Math.sqrt([...weights.values()].reduce((sum, weight) => sum + weight ** 2, 0))
  const asked = vector(query)
  const long = length(asked)
  return bags.map((bag) => {
    const weights = vector(bag)
    let dot = 0
    for (const [word, weight] of asked) dot += weight * (weights.get(word) ?? 0)
    const lengths = long * length(weights)
    return lengths === 0 ? 0 : Math.min(1, dot / lengths)
  })
}
