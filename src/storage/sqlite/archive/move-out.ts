import Database from 'better-sqlite3'
import type { AnyStream } from '../../../kernel/stream.ts'
import { foreignArchive } from '../failures.ts'
import { kindsWithEdges, type TableOfRuns, tablesOfRuns } from './tables.ts'

export interface Move {
  readonly run: number
  readonly streams: readonly AnyStream[]
}

const edgesOf = (kind: string): string => `from edge where stream in (select no from "${kind}" where run = ?)`

/**
 * Copies a run as it is committed from the database file `from` into the archive, in one transaction that is synced
 * before this returns. A copy that an earlier, broken move left is replaced. Answers the number of events.
 */
export const copyRun = (archive: Database.Database, from: string, { run, streams }: Move): number => {
  archive.prepare('attach ? as hot').run(from)
  const tables = tablesOfRuns(archive, streams)
  const edgeKinds = kindsWithEdges(streams)
  try {
    return archive.transaction(() => {
      mustBeOurs(archive, run)
      for (const kind of edgeKinds) archive.prepare(`delete ${edgesOf(kind)}`).run(run)
      deleteRows(archive, tables, run)
      for (const { name, moved } of tables)
        archive
          .prepare(`insert into main."${name}" (${moved}) select ${moved} from hot."${name}" where run = ?`)
          .run(run)
      for (const kind of edgeKinds)
        archive
          .prepare(
            `insert into main.edge select target, stream from hot.edge
             where stream in (select no from hot."${kind}" where run = ?)`,
          )
          .run(run)
      // What makes the file readable by itself: who spoke.
      archive
        .prepare(
          `insert or ignore into main.actor select no, who from hot.actor
           where no in (select actor from hot.event where run = ?)`,
        )
        .run(run)
      return countEqual(archive, run)
    })()
  } catch (fault) {
    if (fault instanceof Database.SqliteError && fault.code.startsWith('SQLITE_CONSTRAINT'))
      throw foreignArchive()
    throw fault
  }
}

/** A file that another database left here may hold a run of the same number: then nothing in it is touched. */
const mustBeOurs = (archive: Database.Database, run: number): void => {
  const copied = archive
    .prepare('select seq, hash from main.event where run = ? order by seq desc limit 1')
    .get(run) as { seq: number; hash: string } | undefined
  if (!copied) return
  const hot = archive.prepare('select hash from hot.event where seq = ? and run = ?').get(copied.seq, run) as
    | { hash: string }
    | undefined
  if (hot?.hash !== copied.hash) throw foreignArchive()
}

const countEqual = (archive: Database.Database, run: number): number => {
  const count = (schema: string) =>
    (
      archive.prepare(`select count(*) as n from ${schema}.event where run = ?`).get(run) as {
        n: number
      }
    ).n
  const events = count('main')
  if (events === 0 || events !== count('hot')) throw new Error(`run ${run} was not copied whole`)
  return events
}

const deleteRows = (db: Database.Database, tables: readonly TableOfRuns[], run: number): void => {
  for (const { name } of tables) db.prepare(`delete from main."${name}" where run = ?`).run(run)
}

/** Deletes what was copied, within the transaction of `db` that also says so in the log. */
export const deleteRun = (db: Database.Database, { run, streams }: Move): void => {
  for (const kind of kindsWithEdges(streams)) db.prepare(`delete ${edgesOf(kind)}`).run(run)
  deleteRows(db, tablesOfRuns(db, streams), run)
}
