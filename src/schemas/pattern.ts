import type { RE2JS } from 're2js'

/** A pattern that cannot be used; the message tells its author why. */
export class PatternRefused extends Error {}

const longestPattern = 1_000
/** Compiled instructions of all patterns of one schema; 5,000 take about 2 MB, and a text is matched in their number × its length. */
const mostInstructions = 5_000

/** What ajv asks of a regex. It tells patterns apart by `toString`. */
interface Matcher {
  readonly test: (text: string) => boolean
  readonly toString: () => string
}

/**
 * Compiles the patterns of one schema with RE2 (linear in the text, so no pattern can make it hang) within one
 * budget of size. RE2 knows no lookaround and no back-references: such patterns are refused.
 */
export const patternEngine = (re2: typeof RE2JS): { (pattern: string): Matcher; code: string } => {
  const known = new Map<string, Matcher>()
  let left = mostInstructions
  const compile = (pattern: string): Matcher => {
    const shown = JSON.stringify(pattern.slice(0, 60))
    if (pattern.length > longestPattern)
      throw new PatternRefused(`pattern ${shown}… is longer than ${longestPattern} characters`)
    const matcher = parsed(re2, pattern, shown)
    left -= matcher.programSize()
    if (left < 0) throw new PatternRefused(`pattern ${shown} repeats too much: the patterns grow too large`)
    return { test: (text) => matcher.test(text), toString: () => pattern }
  }
  const engine = (pattern: string): Matcher => {
    const matcher = known.get(pattern) ?? compile(pattern)
    known.set(pattern, matcher)
    return matcher
  }
  return Object.assign(engine, { code: 'patternEngine' })
}

const parsed = (re2: typeof RE2JS, pattern: string, shown: string): RE2JS => {
  try {
    return re2.compile(re2.translateRegExp(pattern))
  } catch (error) {
    const why = (error as Error).message.replace('error parsing regexp: ', '').slice(0, 120)
    throw new PatternRefused(`pattern ${shown} is not RE2 syntax (no lookaround, no back-references): ${why}`)
  }
}
