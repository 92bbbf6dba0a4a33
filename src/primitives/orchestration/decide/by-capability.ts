import { wordsOf } from '../../policy/words.ts'
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

/** Whole words, each between blanks. */
const spaced = (text: string): string => ` ${wordsOf(text.replaceAll('_', ' ')).join(' ')} `
