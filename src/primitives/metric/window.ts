import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { LogTables } from '../history/queries.ts'

/** The most events that one look at a window reads, the newest. */
export const mostEvents = 20_000

/** An event as measuring needs it: `data` only where it is small and says something. */
export interface Measured {
  readonly seq: number
  readonly stream: number
  readonly prev: number
  readonly type: string
  readonly at: number
  readonly data: string | null
}

/** Types whose data is needed: never those that hold results. */
const telling = ['task.claimed', 'task.attempt_failed', 'task.verified', 'task.prerequisite_replaced']

const newest = statement<LogTables, { run: number; since: number; limit: number }>()((db, p) =>
  db
    .selectFrom('event')
    .select((eb) => [
      'seq',
      'stream',
      'prev',
      'type',
      'at',
      eb.case().when('type', 'in', telling).then(eb.ref('data')).else(null).end().as('data'),
    ])
    .where('run', '=', p.run)
    .where('seq', '>', p.since)
    .where('type', 'like', 'task.%')
    .orderBy('seq', 'desc')
    .limit(p.limit),
)
const byAt = statement<LogTables, { seq: number }>()((db, p) =>
  db.selectFrom('event').select(['seq', 'stream', 'prev', 'type', 'at', 'data']).where('seq', '=', p.seq),
)

/** The task events of a run after a seq, oldest first; only the newest 20,000 of them, and then `partial`. */
export const eventsSince = async (
  db: Reader,
  run: number,
  since: number,
): Promise<{ readonly events: readonly Measured[]; readonly partial: boolean }> => {
  const rows = await db.all(newest, { run, since, limit: mostEvents + 1 })
  const partial = rows.length > mostEvents
  return { events: rows.slice(0, mostEvents).reverse(), partial }
}

/** How far back in a task's own history its claim is looked for. */
const steps = 50

/** The newest claim of a task before one of its events, or undefined. */
export const claimBefore = async (db: Reader, event: Measured): Promise<Measured | undefined> => {
  let { prev } = event
  for (let step = 0; step < steps && prev > 0; step++) {
    const before = await db.one(byAt, { seq: prev })
    if (!before || before.type === 'task.claimed') return before
    prev = before.prev
  }
  return undefined
}
