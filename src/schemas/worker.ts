import { answerQuestions } from '../boxes/inside.ts'
import type { Question } from './check.ts'
import { type Examined, examine } from './examine.ts'

/* The worker thread in which schemas are held against results that take long. */

answerQuestions(async ({ schema, values }: Question, begun: () => void): Promise<Examined> => {
  // What is loaded with the first schema is not its fault.
  await examine(true, [], (job) => job())
  begun()
  return examine(schema, values, (job) => job())
})
