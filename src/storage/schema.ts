import type { AnyStream } from '../kernel/stream.ts'

/** Marks a SQLite file as Baton's ("BATN"), so that no other program's database is ever written to. */
export const applicationId = 0x4241544e

/** The newest schema this program knows. Migrations only add. */
export const schemaVersion = 3

const logTables = [
  // `data` stands last: what long texts push onto overflow pages is then read only when it is asked for.
  `create table event (
    seq integer primary key, run integer not null, stream integer not null, version integer not null,
    prev integer not null, born text, type text not null, actor integer not null, correlation text not null,
    at integer not null, hash text not null, data text not null
  )`,
  // The one index of the log: a run's events in order, the last of which is the head of its chain. A stream's own
  // events are found by walking `prev`.
  'create index event_of_run on event (run, seq)',
  'create table actor (no integer primary key, who text not null unique)',
  'create table tally (scope text not null, name text not null, value real not null, primary key (scope, name)) without rowid',
  'create table edge (target text not null, stream integer not null, primary key (target, stream)) without rowid',
  `create table idempotency (
    run integer not null, tool text not null, key text not null, digest text not null,
    answer text not null, seq integer not null, at integer not null, primary key (run, tool, key)
  ) without rowid`,
]

const entityTable = (def: AnyStream): string =>
  `create table "${def.kind}" (
    no integer primary key, id text not null unique, run integer not null,
    version integer not null, last_seq integer not null, state text not null
    ${def.columnNames.map((name) => `, "${name}"`).join('')}
  )`

/** Everything that a file holds. */
export const wholeSchema = (streams: readonly AnyStream[], more: readonly string[]): readonly string[] => [
  ...logTables,
  ...streams.map(entityTable),
  ...more,
]

/** The same, leaving alone what is there already. */
const missing = (sql: string): string => sql.replace(/^create (table|(?:unique )?index)/, '$& if not exists')

/**
 * Steps from each schema version to the next; `steps[0]` makes an empty file version 1.
 * 2: kinds of entities were added. The head of the log and of a run is its last event; the two tables that said so in
 * version 1 stay where they are, since an older program may have the file open.
 * 3: the kinds of what is learned were added.
 */
export const migrationSteps = (
  streams: readonly AnyStream[],
  more: readonly string[],
): readonly (readonly string[])[] => {
  const whole = wholeSchema(streams, more)
  return [whole, whole.map(missing), whole.map(missing)]
}
