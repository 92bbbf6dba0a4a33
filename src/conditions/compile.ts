import type { ASTNode, EvaluationError, ParseError } from '@marcbachmann/cel-js'
import { environmentFor } from './environment.ts'
import { Meter } from './meter.ts'
import { compilePatterns, type Patterns } from './patterns.ts'
import { growth, survey } from './survey.ts'
import { rootOf } from './syntax.ts'
import { bounds, type Names, type Problem } from './terms.ts'
import { asWritten } from './vocabulary.ts'

/** A condition that was checked: it names only what it may, fits its types, and stays within its bounds. */
export interface Condition {
  readonly text: string
  readonly names: Names
  /** `inline`: it goes through no list by a macro, so its cost is bounded. `boxed`: only a worker may evaluate it. */
  readonly kind: 'inline' | 'boxed'
  /** The type of what it comes to, as far as it is known beforehand: `bool`, `int`, `dyn`… */
  readonly type: string
  readonly patterns: Patterns
  /** The names among `names` that it uses. */
  readonly used: readonly string[]
  /** Evaluates within the library. Not to be called by itself: see evaluate.ts. */
  readonly run: (values: Record<string, unknown>) => unknown
}

export const meter = new Meter()

/** What the library refuses beforehand. */
const codes: Readonly<Record<string, Problem['kind']>> = {
  limit_exceeded: 'too_large',
  no_such_key: 'unknown_name',
  unknown_variable: 'unknown_name',
}

/** The library's error in the words of this house. */
export const problemOf = (error: unknown, otherwise: Problem['kind']): Problem => {
  const { code, summary, range } = error as Partial<ParseError | EvaluationError>
  // What is no error of the library is a fault in it: its message may hold anything.
  if (typeof code !== 'string' || typeof summary !== 'string')
    return { kind: otherwise, message: 'it could not be carried out' }
  const message = asWritten(summary).replaceAll('\n', ' ').slice(0, 300)
  const kind = otherwise === 'evaluation' ? atRunTime(code) : (codes[code] ?? otherwise)
  return { kind, message, ...(range && { at: { ...range } }) }
}

/** Every name was checked beforehand, so one that is not known has no value. */
const atRunTime = (code: string): Problem['kind'] => (code === 'unknown_variable' ? 'absent' : 'evaluation')

/** Checks a condition and makes it ready. Runs nothing of it. */
export const compile = (text: string, names: Names): Condition | Problem => {
  if (text.length > bounds.text)
    return { kind: 'too_long', message: `a condition has at most ${bounds.text} characters` }
  try {
    return compiled(text, names)
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'too_large', message: 'it is nested too deeply' }
    return problemOf(error, 'syntax')
  }
}

const compiled = (text: string, names: Names): Condition | Problem => {
  const run = environmentFor(names, meter).parse(text)
  const root = rootOf(run.ast as ASTNode)
  const found = survey(root, names)
  if ('kind' in found) return found
  const patterns = compilePatterns(found.patterns)
  if ('kind' in patterns) return patterns
  const { valid, type, error } = run.check()
  if (!valid) return problemOf(error, 'type')
  const grows = growth(root)
  if (grows) return grows
  return {
    text,
    names,
    kind: found.iterates ? 'boxed' : 'inline',
    type: type ?? 'dyn',
    patterns,
    used: [...found.used],
    run,
  }
}

export const isProblem = (given: Condition | Problem): given is Problem => !('run' in given)
