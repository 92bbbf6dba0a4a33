import type { Reader } from '../../kernel/ports.ts'
import { runById, runWithId, type Speaker } from '../../primitives/run/find.ts'
import { listRuns } from '../../primitives/run/list.ts'

/**
 * The run to name in an answer about something that belongs to no run: the one that the call names, else the one its
 * session last meant, else the only open one. Undefined when there is none or several: nothing depends on which.
 */
export const runAtHand = async (
  db: Reader,
  named: string | undefined,
  speaker: Speaker,
): Promise<string | undefined> => {
  if (named !== undefined) return (await runById(db, named)).id
  const last = speaker.run === undefined ? undefined : await runWithId(db, speaker.run)
  if (last) return last.id
  const { runs } = await listRuns(db, { status: 'open', limit: 2 })
  return runs.length === 1 ? runs[0]?.run.id : undefined
}
