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
}

const refused = (message: string) => new EvaluationError({ code: tooCostly, message })
