import type { Piece } from './templates.ts'

/**
 * Gives pieces whose text names a capability to an agent that has it: of several, to the one with the fewest such pieces,
 * the first of equals. The others stay for whoever's turn it is. `capabilities`: by agent id, in the order of turns.
 */
export const byCapability = (
  pieces: readonly Piece[],
  capabilities: ReadonlyMap<string, readonly string[]>,
): readonly Piece[] => {
  const given = new Map([...capabilities.keys()].map((id) => [id, 0]))
  return pieces.map((piece) => {
    const text = spaced(piece.instruction)
    const able = [...capabilities].filter(([, names]) => names.some((name) => text.includes(spaced(name))))
    const [first] = able.map(([id]) => id).sort((a, b) => (given.get(a) ?? 0) - (given.get(b) ?? 0))
    if (first === undefined) return piece
    given.set(first, (given.get(first) ?? 0) + 1)
    return { ...piece, agent: first }
  })
}

/** Characters of a piece that are read: what it is about is said in these. */
const read = 4_000

/** Whole words, each between blanks. What names of capabilities are made of belongs to a word: c++, c#, .net, node.js. */
const spaced = (text: string): string => {
  const words =
    text
      .slice(0, read)
      .toLowerCase()
      .replaceAll('_', ' ')
      .match(/[\p{L}\p{N}.+#-]+/gu) ?? []
  return ` ${words.map((word) => word.replace(/[.-]+$/, '')).join(' ')} `
}
