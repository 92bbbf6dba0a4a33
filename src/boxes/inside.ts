import { parentPort } from 'node:worker_threads'
import type { Said } from './box.ts'

/**
 * The inside of a box: answers one question after another. `answer` calls `begun` when what is to be timed begins, once;
 * whoever started the worker ends it when that takes too long, so nothing in here bounds time.
 */
export const answerQuestions = <Q, A>(answer: (question: Q, begun: () => void) => A | Promise<A>): void => {
  const say = (said: Said<A>): void => parentPort?.postMessage(said)
  parentPort?.on('message', async (question: Q) =>
    say({ answer: await answer(question, () => say('begun')) }),
  )
  say('ready')
}
