import type Database from 'better-sqlite3'
import type { AnyStream } from '../../../kernel/stream.ts'
import { kindsWithEdges, tablesOfRuns } from './tables.ts'

/**
 * Whether a run was moved, by the main file alone: its events there begin with the one that says so. A copy without
 * it was left by a move that did not come to its end, and counts for nothing.
 */
export const wasMoved = (run: string): string =>
  `(select type from main.event where run = ${run} order by seq limit 1) = 'run.archived'`

/**
 * Attaches the archive, and lays views over the tables, so that any statement reads both files as one. Temporary views
 * hide tables of the same name. SQLite asks each side by its own index; merged, they stay in order.
 */
export const seeBoth = (db: Database.Database, archive: string, streams: readonly AnyStream[]): void => {
  db.prepare('attach ? as archive').run(archive)
  for (const { name, columns } of tablesOfRuns(db, streams))
    db.exec(
      `create temp view "${name}" as select ${columns} from main."${name}"
       union all select ${columns} from archive."${name}" as old where ${wasMoved('old.run')}`,
    )
  const edges = kindsWithEdges(streams).map(
    (kind) =>
      `union all select edge.target, edge.stream from archive.edge join archive."${kind}" as old
       on old.no = edge.stream where ${wasMoved('old.run')}`,
  )
  db.exec(`create temp view edge as select target, stream from main.edge ${edges.join(' ')}`)
}
