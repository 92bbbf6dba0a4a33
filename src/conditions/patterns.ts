import { RE2JS } from 're2js'
import type { Survey } from './survey.ts'
import { bounds, type Problem } from './terms.ts'

/** A compiled pattern: RE2, linear in the text, so none can make it hang. */
export interface Pattern {
  readonly test: (text: string) => boolean
  /** Compiled instructions: a match costs at most these × the characters of the text. */
  readonly instructions: number
}

export type Patterns = ReadonlyMap<string, Pattern>

/**
 * What a pattern may grow to, at most: its characters times its repetitions, which RE2 lets multiply up to 1,000. Compiling
 * takes 1.6 µs for each of these, so 3,000 characters 1,000 times would take 5 s before the result is found too large.
 */
const growthOf = (pattern: string): number => {
  let repetitions = 1
  for (const [, least, most] of pattern.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g))
    repetitions *= Math.max(1, Number(least), Number(most ?? 0))
  return pattern.length * Math.min(1_000, repetitions)
}

/** Compiles the patterns of one condition within one budget of size. */
export const compilePatterns = (patterns: Survey['patterns']): Patterns | Problem => {
  const compiled = new Map<string, Pattern>()
  let left: number = bounds.instructions
  let room: number = bounds.growth
  for (const { pattern, node } of patterns) {
    const refused = (message: string): Problem => ({ kind: 'pattern', message, at: node.range })
    room -= growthOf(pattern)
    if (room < 0) return refused(tooLarge)
    try {
      const re = RE2JS.compile(pattern)
      const instructions = re.programSize()
      left -= instructions
      compiled.set(pattern, { test: (text) => re.test(text), instructions })
    } catch (error) {
      const why = (error as Error).message.replace('error parsing regexp: ', '').slice(0, 120)
      return refused(`the pattern is not RE2 syntax (no lookaround, no back-references): ${why}`)
    }
    if (left < 0) return refused(tooLarge)
  }
  return compiled
}

const tooLarge = 'the patterns repeat too much and grow too large'
