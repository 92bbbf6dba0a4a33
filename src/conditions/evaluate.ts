import { type Condition, meter, problemOf } from './compile.ts'
import { tooCostly } from './meter.ts'
import { bounds, type Evaluation, type Values } from './terms.ts'
import { type CelValues, fromCel, toCel } from './values.ts'

/**
 * Evaluates at once. Only for conditions without macros: each of at most 200 nodes goes at most once over at most
 * 100,000 characters, and matching has a budget of its own.
 */
export const evaluate = (condition: Condition, values: Values): Evaluation => {
  if (condition.kind === 'boxed') return { problem: needsBox }
  const given = toCel(values, condition.names)
  return 'problem' in given ? given : evaluateWithin(condition, given.value, bounds.matching)
}

const needsBox = {
  kind: 'needs_box',
  message: 'a condition with all, exists, exists_one, map or filter cannot be evaluated here',
} as const

/** Evaluates whatever it is; the caller sees to it that it ends. `matching`: see bounds. */
export const evaluateWithin = (condition: Condition, values: CelValues, matching: number): Evaluation => {
  meter.begin(condition.patterns, matching)
  try {
    return fromCel(condition.run(values))
  } catch (error) {
    const problem = problemOf(error, 'evaluation')
    const costly = (error as { code?: unknown }).code === tooCostly
    return { problem: costly ? { ...problem, kind: 'too_costly' } : problem }
  }
}
