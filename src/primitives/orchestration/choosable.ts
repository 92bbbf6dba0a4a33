import type { Reader } from '../../kernel/ports.ts'
import { orchestrationStream } from './rows.ts'
import { standingsOf } from './standings.ts'

/**
 * What a lead's choice must fit once its candidates have ended: one of those that are done. One that failed, or that a
 * quorum made needless, has handed nothing in. Undefined where nothing is left to choose from.
 */
export const choiceAmongDone = async (
  db: Reader,
  no: number,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const found = await db.loadNo(orchestrationStream, no)
  if (!found) return undefined
  const all = await standingsOf(db, found.state.steps, false)
  const done = all.filter(({ step, status }) => step.part === 'work' && status === 'done')
  const names = done.map(({ step }) => step.name)
  return names.length === 0 ? undefined : { properties: { choice: { enum: names } } }
}
