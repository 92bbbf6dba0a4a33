/** Words that tell nothing of what a goal is about. */
const empty: ReadonlySet<string> = new Set(
  'a about after all also an and any are as at be been before but by can could do does each else for from get had has have how i if in into is it its just make may me more most must my need no not of on only or other our out over should so some than that the their them then there these they this to too under until up us use used using very was we were what when where which while who why will with without would you your'.split(
    ' ',
  ),
)

/** The plural's s of English words: the S-stemmer of D. Harman, "How effective is suffixing?", JASIS 42(1), 1991. */
const stem = (word: string): string => {
  if (word.length <= 3) return word
  if (/[^ae]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/[^aeo]es$/.test(word) && !/(s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -1)
  if (/(s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2)
  return /[^us]s$/.test(word) ? word.slice(0, -1) : word
}

/** Scripts that set no spaces between words: their letters are compared in pairs. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

const pairs = (word: string): readonly string[] => {
  const letters = [...word]
  return letters.length < 3 ? [word] : letters.slice(1).map((letter, i) => `${letters[i]}${letter}`)
}

/** How much of a text is looked at, characters. */
const looked = 4_000

/** The telling words of a text, as they are compared: without case, accents and the plural's s. */
export const wordsOf = (text: string): readonly string[] => {
  const plain = text
    .slice(0, looked)
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
  const found = plain.match(/[\p{L}\p{N}]+/gu) ?? []
  return found.flatMap((word) => (unspaced.test(word) ? pairs(word) : empty.has(word) ? [] : [stem(word)]))
}
