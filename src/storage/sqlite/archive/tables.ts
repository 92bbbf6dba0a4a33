import type Database from 'better-sqlite3'
import type { AnyStream } from '../../../kernel/stream.ts'

/** A table whose rows each belong to one run, and go to the archive with it. */
export interface TableOfRuns {
  readonly name: string
  /** Its columns, quoted, separated by commas. */
  readonly columns: string
  /** As above without what only numbers the table's own rows, which the archive numbers anew. */
  readonly moved: string
}

/** A run's own row stays, so that it is listed; what is counted of it stays, so that lists need no archive. */
const staying = 'run'

/** The tables with a column `run`, by the schema of the file: a primitive that adds one has its rows archived too. */
export const tablesOfRuns = (
  db: Database.Database,
  streams: readonly AnyStream[],
): readonly TableOfRuns[] => {
  const rows = db
    .prepare(
      `select t.name as name, json_group_array(c.name) as columns
       from main.sqlite_master t, pragma_table_info(t.name, 'main') c
       where t.type = 'table' group by t.name having max(c.name = 'run') = 1`,
    )
    .all() as { name: string; columns: string }[]
  const kinds = new Set(streams.map(({ kind }) => kind))
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ')
  return rows
    .filter(({ name }) => name !== staying)
    .map(({ name, columns: list }) => {
      const columns = JSON.parse(list) as string[]
      const moved = kinds.has(name) ? columns : columns.filter((column) => column !== 'no')
      return { name, columns: quoted(columns), moved: quoted(moved) }
    })
}

/** The kinds whose entities have edges: an edge belongs to the run of the entity that it starts from. */
export const kindsWithEdges = (streams: readonly AnyStream[]): readonly string[] =>
  streams.filter(({ edges }) => edges).map(({ kind }) => kind)
