import { answerQuestions } from '../boxes/inside.ts'
import type { Request } from './boxed.ts'
import { type Condition, compile, isProblem } from './compile.ts'
import { evaluateWithin } from './evaluate.ts'
import type { Evaluation, Problem } from './terms.ts'

/* The worker thread in which conditions are evaluated. */

/** How many conditions are kept compiled. */
const keptConditions = 200
const kept = new Map<string, Condition | Problem>()

const conditionOf = ({ text, names }: Request): Condition | Problem => {
  const key = JSON.stringify([text, names])
  const known = kept.get(key)
  if (known) return known
  if (kept.size >= keptConditions) kept.clear()
  const made = compile(text, names)
  kept.set(key, made)
  return made
}

/** Compiling is bounded, so what is timed is the evaluation alone. */
const carryOut = (request: Request, begun: () => void): Evaluation => {
  const condition = conditionOf(request)
  begun()
  if (isProblem(condition)) return { problem: condition }
  return evaluateWithin(condition, request.values, Number.POSITIVE_INFINITY)
}

/** So that the first one asked does not pay for what is loaded on first use. */
const warmUp = (): void => {
  const condition = compile('["warm"].filter(x, x.matches("[a-z]+$")).map(x, size(x) + 1)', {})
  if (!isProblem(condition)) evaluateWithin(condition, {}, Number.POSITIVE_INFINITY)
}

warmUp()
answerQuestions(carryOut)
