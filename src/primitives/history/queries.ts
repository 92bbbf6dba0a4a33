import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { AnyEntity, AnyStream } from '../../kernel/stream.ts'
import { streams } from '../index.ts'

/** The log as queries see it. */
export interface LogTables {
  event: {
    seq: number
    run: number
    stream: number
    version: number
    prev: number
    type: string
    data: string
    actor: number
    correlation: string
    at: number
  }
  actor: { no: number; who: string }
}

const changed = statement<LogTables, { run: number; since: number; limit: number }>()((db, p) =>
  db
    .selectFrom('event')
    .select((eb) => ['stream', eb.fn.min('type').as('type')])
    .where('run', '=', p.run)
    .where('seq', '>', p.since)
    .groupBy('stream')
    .orderBy('stream')
    .limit(p.limit),
)

const byKind: ReadonlyMap<string, AnyStream> = new Map(streams.map((def) => [def.kind, def]))

/** The definition of the stream that an event of this type belongs to. */
export const streamOfType = (type: string): AnyStream | undefined =>
  byKind.get(type.slice(0, type.indexOf('.')))

/** The entities of a run with events after `since`, in the order of their birth; at most `limit`. */
export const changedSince = async (
  db: Reader,
  run: number,
  since: number,
  limit: number,
): Promise<readonly AnyEntity[]> => {
  const found: AnyEntity[] = []
  for (const { stream, type } of await db.all(changed, { run, since, limit })) {
    const def = streamOfType(type)
    const entity = def && (await db.loadNo(def, stream))
    if (entity) found.push(entity)
  }
  return found
}

const timeOf = statement<LogTables, { seq: number }>()((db, p) =>
  db.selectFrom('event').select(['seq', 'at']).where('seq', '<=', p.seq).orderBy('seq', 'desc').limit(1),
)

/**
 * Seq of the newest event at or before a moment (epoch ms), 0 when there is none. `at` never decreases along seq; where
 * archived events are missing, the one before them stands for them.
 */
export const seqAtTime = async (db: Reader, moment: number): Promise<number> => {
  let low = 0
  let high = db.head
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const at = (await db.one(timeOf, { seq: middle }))?.at ?? 0
    if (at <= moment) low = middle
    else high = middle - 1
  }
  return low
}

const newestBy = statement<LogTables, { run: number; seq: number }>()((db, p) =>
  db
    .selectFrom('event')
    .select(['seq', 'at'])
    .where('run', '=', p.run)
    .where('seq', '<=', p.seq)
    .orderBy('seq', 'desc')
    .limit(1),
)

/** When the newest event of a run up to `seq` happened, epoch ms; undefined when there was none. */
export const lastAt = async (db: Reader, run: number, seq: number): Promise<number | undefined> =>
  (await db.one(newestBy, { run, seq }))?.at
