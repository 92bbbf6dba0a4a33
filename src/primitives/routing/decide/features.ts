export const lengths = ['short', 'medium', 'long'] as const
export type Length = (typeof lengths)[number]

/** What routing knows of a task. */
export interface Features {
  /** What kind of work it is, in the words of whoever made it; empty: unknown. */
  readonly type: string
  readonly length: Length
  /** For policies, which match on it; what an agent can do is learned without regard to it. */
  readonly urgency: string
  /** Capabilities, normalised. */
  readonly requires: readonly string[]
}

/** Never a part of a key: `|` separates. */
const outside = /[^\p{L}\p{N}._+#/:-]+/gu

/**
 * The type that is learned by: the one that was named, else the capabilities that the task requires, else `any`. Lower
 * case, white space and what else may not stand in a key as `_`, at most 64 characters.
 */
export const typeOf = ({ type, requires }: Features): string => {
  const named = type.trim()
  const text = named === '' ? requires.toSorted().join('+') : named
  const plain = text.toLowerCase().normalize('NFC').replace(outside, '_')
  return [...plain].slice(0, 64).join('') || 'any'
}
