import { asText } from './fence.ts'

/** A part of a result, or the whole of it. */
export interface Excerpt {
  /** The result itself when all of it is here, else a stretch of its text. */
  readonly result: unknown
  /** Characters in all, when this is only a part. */
  readonly chars?: number
  /** Where the next part begins; absent when the text ends here. */
  readonly next?: number
}

/** At most `most` characters of a result's text, from `from` on. Never cuts a surrogate pair in two. */
export const excerpt = (result: unknown, most: number, from = 0): Excerpt => {
  // Undefined is what JSON has no text for.
  const text = asText(result) ?? ''
  if (from === 0 && text.length <= most) return { result }
  const wanted = Math.min(from + most, text.length)
  const split = wanted < text.length && (text.charCodeAt(wanted - 1) & 0xfc00) === 0xd800
  const end = split ? wanted - 1 : wanted
  const part = { result: text.slice(from, end), chars: text.length }
  return end < text.length ? { ...part, next: end } : part
}
