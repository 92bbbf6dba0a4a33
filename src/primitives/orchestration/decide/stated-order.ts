/** Words that say outright that one thing comes after another, and where in a clause they can mean nothing else. */
const later = 'then|next|after that|afterwards|finally|lastly'
const opening = /(?:^|[.:;!?\n]) ?(?:please )?(first(?:ly)?)\b/i
const anywhere = /\b(first(?:ly)?)\b/i
const laterAnywhere = new RegExp(`\\b(${later})\\b`, 'i')
const laterAtHead = new RegExp(`[,;.\\n] ?(?:and )?(${later}|second(?:ly)?)\\b`, 'i')
const alone = /\b(after that|and then)\b|[,;.\n] ?(?:and )?(then|afterwards|finally|lastly)\b/i
const one = /(?:^|\s)1[.)] \S/
const two = /\s2[.)] \S/
const stepOne = /\bstep (?:1|one)\b/i
const stepTwo = /\bstep (?:2|two)\b/i

/** How a query states an order of its own ("first … then …", "1. … 2. …", "step 1 … step 2 …", "after that"), in words; undefined: not. */
export const statedOrder = (query: string): string | undefined => {
  // Single blanks, and each search from where the one before ended: linear in the text, whatever it is.
  const text = query.trim().replace(/\s+/g, (blank) => (blank.includes('\n') ? '\n' : ' '))
  const pair =
    following(text, opening, laterAnywhere) ??
    following(text, opening, laterAtHead) ??
    following(text, anywhere, laterAtHead)
  if (pair) return `"${pair[0]}" and "${pair[1]}" state an order`
  if (following(text, one, two) ?? following(text, stepOne, stepTwo)) return 'its numbers state an order'
  const found = alone.exec(text)
  return found ? `"${(found[1] ?? found[2])?.toLowerCase()}" states an order` : undefined
}

/** The words that two patterns find, the second behind the first place of the first. */
const following = (text: string, before: RegExp, behind: RegExp): readonly string[] | undefined => {
  const start = before.exec(text)
  const end = start && behind.exec(text.slice(start.index + start[0].length))
  return end ? [start, end].map((found) => (found[1] ?? '').toLowerCase()) : undefined
}
