/**
 * Lists of words, each with what it counts for. A word that ends in `*` stands for all that begin like it.
 */
export class WordList {
  private readonly whole = new Map<string, number>()
  private readonly beginnings: readonly (readonly [string, number])[]

  /** `weighted`: by weight, the words that have it, separated by blanks. */
  constructor(weighted: Readonly<Record<number, string>>) {
    const beginnings: [string, number][] = []
    for (const [weight, words] of Object.entries(weighted))
      for (const word of words.split(' '))
        if (word.endsWith('*')) beginnings.push([word.slice(0, -1), Number(weight)])
        else this.whole.set(word, Number(weight))
    this.beginnings = beginnings
  }

  /** What a text has of the list: each entry once, in the order in which the text first has it. */
  found(words: readonly string[]): readonly { readonly word: string; readonly weight: number }[] {
    const found = new Map<string, { readonly word: string; readonly weight: number }>()
    for (const word of words) {
      const entry = this.entryOf(word)
      if (entry && !found.has(entry[0])) found.set(entry[0], { word, weight: entry[1] })
    }
    return [...found.values()]
  }

  private entryOf(word: string): readonly [string, number] | undefined {
    const weight = this.whole.get(word)
    if (weight !== undefined) return [word, weight]
    return this.beginnings.find(([beginning]) => word.startsWith(beginning))
  }
}

/** Words read of a text: what it is about is said in these. */
const mostWords = 2_000

/** The words of a text in lower case, the first 2,000. */
export const wordsOf = (text: string): readonly string[] => {
  const words: string[] = []
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+(?:['’_-][\p{L}\p{N}]+)*/gu)) {
    words.push(word)
    if (words.length === mostWords) break
  }
  return words
}
