import { EvaluationError } from '@marcbachmann/cel-js'
import type { Patterns } from './patterns.ts'

/** Code of the refusal to match on. */
export const tooCostly = 'too_costly'

/**
 * What the evaluation under way may still spend on matching. Evaluating is synchronous, so there is one of these for
 * all environments, set before each.
 */
export class Meter {
  private patterns: Patterns = new Map()
  private left = 0

  /** `budget`: instructions × characters. */
  begin(patterns: Patterns, budget: number): void {
    this.patterns = patterns
    this.left = budget
  }

  matches(text: string, written: string): boolean {
    const pattern = this.patterns.get(written)
    if (!pattern) throw refused('the pattern was not compiled beforehand')
    this.left -= pattern.instructions * (text.length + 1)
    if (this.left < 0) throw refused('the texts are too long for these patterns')
    return pattern.test(text)
  }

  /** V8 compares each character of the part at each place of the text at worst; some 60 of that take as long as an instruction. */
  contains(text: string, part: string): boolean {
    if (part.length > text.length) return false
    this.left -= ((text.length - part.length + 1) * part.length) / 60 + text.length / 60
    if (this.left < 0) throw refused('the texts are too long to be searched for one another')
    return text.includes(part)
  }
}

const refused = (message: string) => new EvaluationError({ code: tooCostly, message })
