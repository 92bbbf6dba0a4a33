/** `text` cut to `limit` characters, with an ellipsis where something is missing. */
export const brief = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  // A cut between the halves of a surrogate pair would leave a character that is not valid UTF-8.
  const end = (text.charCodeAt(limit - 2) & 0xfc00) === 0xd800 ? limit - 2 : limit - 1
  return `${text.slice(0, end)}…`
}

const longestText = 500
const mostEntries = 100
const deepest = 6

/** The same value with its texts, lists and depth bounded, for an error that may quote what a client sent. */
export function briefly(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return brief(value, longestText)
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) return '…'
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((entry) => briefly(entry, depth + 1))
  const entries = Object.entries(value).slice(0, mostEntries)
  return Object.fromEntries(entries.map(([key, entry]) => [brief(key, 60), briefly(entry, depth + 1)]))
}
