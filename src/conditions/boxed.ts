import { Box, startWorker } from './box.ts'
import type { Condition } from './compile.ts'
import type { Evaluation, Values } from './terms.ts'
import { toCel } from './values.ts'

/** Worker threads at most: one slow condition then does not hold up the others. */
const mostBoxes = 2
/** Evaluations that may wait for a box; each waits 50 ms at most for one before it. */
const mostWaiting = 200

let boxes: Box[] = []
const queue: (() => void)[] = []

/**
 * Evaluates in a worker thread, which is ended when it takes longer than 50 ms from the moment that it begins. Other
 * calls of this process go on meanwhile. Never rejects.
 */
export const evaluateBoxed = async (condition: Condition, values: Values): Promise<Evaluation> => {
  const { text, names } = condition
  const given = toCel(values, names)
  if ('problem' in given) return given
  const request = { text, names, values: given.value }
  let box = freeBox()
  while (!box) {
    if (queue.length >= mostWaiting)
      return { problem: { kind: 'busy', message: 'too many conditions are waiting to be evaluated' } }
    await new Promise<void>((next) => queue.push(next))
    box = freeBox()
  }
  const said = await box.ask(request)
  queue.shift()?.()
  return said
}

const freeBox = (): Box | undefined => {
  boxes = boxes.filter((box) => !box.ended)
  const idle = boxes.find((box) => !box.busy)
  if (idle || boxes.length >= mostBoxes) return idle
  const started = new Box(startWorker)
  boxes.push(started)
  return started
}
