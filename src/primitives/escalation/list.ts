import type { Reader } from '../../kernel/ports.ts'
import { type Run, type Speaker, theRun } from '../run/find.ts'
import { type Escalation, escalationsOf } from './find.ts'

/** A page of a run's escalations, oldest first. `next`: where the following page begins. */
export const listEscalations = async (
  db: Reader,
  query: {
    readonly run_id?: string | undefined
    /** Only those that wait for a person. */
    readonly open: boolean
    readonly after: number
    readonly limit: number
    readonly speaker: Speaker
  },
): Promise<{ readonly run: Run; readonly escalations: readonly Escalation[]; readonly next?: number }> => {
  const { open, after, limit } = query
  const run = await theRun(db, query.run_id, query.speaker)
  const found = await escalationsOf(db, { run: run.no, open, after, limit: limit + 1 })
  const escalations = found.slice(0, limit)
  const last = escalations.at(-1)
  return { run, escalations, ...(found.length > limit && last && { next: last.no }) }
}
