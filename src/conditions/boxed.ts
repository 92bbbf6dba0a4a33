import { Boxes, startWorker } from '../boxes/boxes.ts'
import type { Condition } from './compile.ts'
import { bounds, type Evaluation, type Names, type Problem, type Values } from './terms.ts'
import { type CelValues, toCel } from './values.ts'

/** What a box is asked. */
export interface Request {
  readonly text: string
  readonly names: Names
  readonly values: CelValues
}

const boxes = new Boxes<Request, Evaluation>({
  start: () => startWorker(import.meta.url, './worker.ts', 'condition-worker.js'),
  ms: bounds.boxed_ms,
})

/** Why there is no answer. */
const problems: Readonly<Record<'timeout' | 'died' | 'busy', Problem>> = {
  timeout: { kind: 'timeout', message: `it took longer than ${bounds.boxed_ms} ms and was ended` },
  died: { kind: 'too_costly', message: 'it took more memory than a condition may' },
  busy: { kind: 'busy', message: 'too many conditions are waiting to be evaluated' },
}

/**
 * Evaluates in a worker thread, which is ended when it takes longer than 50 ms from the moment that it begins. Other
 * calls of this process go on meanwhile. Never rejects.
 */
export const evaluateBoxed = async (condition: Condition, values: Values): Promise<Evaluation> => {
  const { text, names } = condition
  const given = toCel(values, names)
  if ('problem' in given) return given
  const boxed = await boxes.ask({ text, names, values: given.value })
  return 'answer' in boxed ? boxed.answer : { problem: problems[boxed.none] }
}
