/** Words that begin a step, at the head of a clause. */
const heads =
  /(?:^|[,;.:!?\n] ?)(?:please )?(?:and )?(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|after that|afterwards|finally|lastly)\b[,:]? ?|\band (?:then|finally|lastly|afterwards)\b,? ?/gi
const first = /^\W*(?:please )?first(?:ly)?\b/i
/** Says what depends on what, not what comes after what. */
const conditional = /\bif\b[^.;\n]{0,200}?\bthen\b/i
/** Asks about things in an order; it does not ask for them in one. */
const question = /\?\s*$/
const most = 20

/**
 * The steps that a query states with their order: "1. … 2. …", "step 1: … step 2: …" or "first …, then …, finally …". Empty
 * where it states none that can be told apart.
 */
export const statedSteps = (query: string): readonly string[] => {
  const text = query.trim().replace(/\s+/g, (blank) => (blank.includes('\n') ? '\n' : ' '))
  const numbered = byNumber(text)
  const steps = numbered.length > 1 ? numbered : byWord(text)
  return steps.length > 1 && steps.every((step) => /\p{L}{2}/u.test(step)) ? steps.slice(0, most) : []
}

/** What stands behind 1., 2. and so on, or step 1:, step 2:, as long as the numbers go on. */
const byNumber = (text: string): readonly string[] => {
  const marks: { readonly start: number; readonly end: number }[] = []
  for (const found of text.matchAll(/(?:^|[\s(])(?:step (\d{1,2})[:.,)]?|(\d{1,2})[.)]) (?=\S)/gi))
    if (Number(found[1] ?? found[2]) === marks.length + 1)
      marks.push({ start: found.index, end: found.index + found[0].length })
  return marks.map(({ end }, i) => trimmed(text.slice(end, marks[i + 1]?.start)))
}

const byWord = (text: string): readonly string[] => {
  if (conditional.test(text) || question.test(text)) return []
  const marks = [...text.matchAll(heads)]
  const [mark] = marks
  if (!mark) return []
  const steps = marks.map(({ index, 0: word }, i) =>
    trimmed(text.slice(index + word.length, marks[i + 1]?.index)),
  )
  // What stands before "then" is a step; what stands before "first" says what it is all about.
  const before = trimmed(text.slice(0, mark.index))
  return first.test(mark[0]) || before === '' ? steps : [before, ...steps]
}

const trimmed = (text: string): string => text.replace(/^[\s,;:]+|[\s,;:.]+$/g, '')
