import { answerQuestions } from '../boxes/inside.ts'
import type { Question } from './check.ts'
import { type Examined, examine } from './examine.ts'
import { metaSchemas } from './unfit.ts'

/* The worker thread in which schemas are held against results that take long. */

const asIs = <T>(job: () => T): T => job()

// What is loaded and compiled with the first schema of each draft is not its fault.
for (const draft of Object.values(metaSchemas)) await examine({ $schema: draft, type: 'object' }, [{}], asIs)

answerQuestions(({ schema, values }: Question, begun: () => void): Promise<Examined> => {
  begun()
  return examine(schema, values, asIs)
})
