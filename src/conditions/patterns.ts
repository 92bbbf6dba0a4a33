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

/** Compiles the patterns of one condition within one budget of size. */
export const compilePatterns = (patterns: Survey['patterns']): Patterns | Problem => {
  const compiled = new Map<string, Pattern>()
  let left: number = bounds.instructions
  for (const { pattern, node } of patterns) {
    const refused = (message: string): Problem => ({ kind: 'pattern', message, at: node.range })
    try {
      const re = RE2JS.compile(pattern)
      const instructions = re.programSize()
      left -= instructions
      compiled.set(pattern, { test: (text) => re.test(text), instructions })
    } catch (error) {
      const why = (error as Error).message.replace('error parsing regexp: ', '').slice(0, 120)
      return refused(`the pattern is not RE2 syntax (no lookaround, no back-references): ${why}`)
    }
    if (left < 0) return refused('the patterns repeat too much and grow too large')
  }
  return compiled
}
