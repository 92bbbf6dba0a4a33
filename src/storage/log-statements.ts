import { sql } from 'kysely'
import { statement } from '../kernel/statement.ts'

/** The tables of the log itself. Rows of primitives live in tables named after their stream kind. */
export interface LogTables {
  event: {
    seq: number
    run: number
    stream: number
    version: number
    prev: number
    born: string | null
    type: string
    data: string
    actor: number
    correlation: string
    at: number
    hash: string
  }
  actor: { no: number; who: string }
  tally: { scope: string; name: string; value: number }
  edge: { target: string; stream: number }
  idempotency: {
    run: number
    tool: string
    key: string
    digest: string
    answer: string
    seq: number
    at: number
  }
}

/** Where the log or a run's part of it ends. */
export type Head = Pick<LogTables['event'], 'seq' | 'at'>

/**
 * The head of the log is its last event: a row that says the same would be one more page to write at each commit.
 * `main`: the newest event is never in the archive, and a view over both files need not be asked.
 */
export const readHead = statement<LogTables>()((db) =>
  db.withSchema('main').selectFrom('event').select(['seq', 'at']).orderBy('seq', 'desc').limit(1),
)
/** The head of a run's chain is its last event. */
export const readRunHead = statement<LogTables, { run: number }>()((db, p) =>
  db
    .selectFrom('event')
    .select(['seq', 'at', 'hash'])
    .where('run', '=', p.run)
    .orderBy('seq', 'desc')
    .limit(1),
)
export const insertEvent = statement<LogTables, LogTables['event']>()((db, p) =>
  db.insertInto('event').values({
    seq: p.seq,
    run: p.run,
    stream: p.stream,
    version: p.version,
    prev: p.prev,
    born: p.born,
    type: p.type,
    data: p.data,
    actor: p.actor,
    correlation: p.correlation,
    at: p.at,
    hash: p.hash,
  }),
)
export const eventAt = statement<LogTables, { seq: number }>()((db, p) =>
  db.selectFrom('event').selectAll().where('seq', '=', p.seq),
)
export const eventBefore = statement<LogTables, { seq: number }>()((db, p) =>
  db.selectFrom('event').select('prev').where('seq', '=', p.seq),
)
export const signalsAfter = statement<LogTables, { seq: number; limit: number }>()((db, p) =>
  db
    .selectFrom('event')
    .select(['seq', 'run', 'stream', 'type'])
    .where('seq', '>', p.seq)
    .orderBy('seq')
    .limit(p.limit),
)
export const actorNo = statement<LogTables, { who: string }>()((db, p) =>
  db.selectFrom('actor').select('no').where('who', '=', p.who),
)
export const insertActor = statement<LogTables, { who: string }>()((db, p) =>
  db.insertInto('actor').values({ who: p.who } as never),
)
export const readTally = statement<LogTables, { scope: string; name: string }>()((db, p) =>
  db.selectFrom('tally').select('value').where('scope', '=', p.scope).where('name', '=', p.name),
)
export const readTallies = statement<LogTables, { scope: string }>()((db, p) =>
  db.selectFrom('tally').select(['name', 'value']).where('scope', '=', p.scope),
)
export const addTally = statement<LogTables, { scope: string; name: string; value: number }>()((db, p) =>
  db
    .insertInto('tally')
    .values({ scope: p.scope, name: p.name, value: p.value })
    .onConflict((c) =>
      c.columns(['scope', 'name']).doUpdateSet({ value: sql<number>`tally.value + excluded.value` }),
    ),
)
export const addEdge = statement<LogTables, { target: string; stream: number }>()((db, p) =>
  db
    .insertInto('edge')
    .values({ target: p.target, stream: p.stream })
    .onConflict((c) => c.doNothing()),
)
export const dropEdge = statement<LogTables, { target: string; stream: number }>()((db, p) =>
  db.deleteFrom('edge').where('target', '=', p.target).where('stream', '=', p.stream),
)
export const readAnswer = statement<LogTables, { run: number; tool: string; key: string }>()((db, p) =>
  db
    .selectFrom('idempotency')
    .select(['digest', 'answer', 'seq'])
    .where('run', '=', p.run)
    .where('tool', '=', p.tool)
    .where('key', '=', p.key),
)
export const writeAnswer = statement<LogTables, LogTables['idempotency']>()((db, p) =>
  db.insertInto('idempotency').values({
    run: p.run,
    tool: p.tool,
    key: p.key,
    digest: p.digest,
    answer: p.answer,
    seq: p.seq,
    at: p.at,
  }),
)
