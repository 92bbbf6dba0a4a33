import Database from 'better-sqlite3'

/** How many bytes a call stores: those of its events, and those of the rows that follow from them. */
export interface Stored {
  readonly event: number
  readonly row: number
}

/**
 * SQLite's own price for keeping that much: in one transaction, synced at its end, a row is added and another one is
 * written anew, through prepared statements, on pages and with checkpoints as Baton has them. Answers what commits once.
 */
export const bareCommit = (file: string, { event, row }: Stored) => {
  const db = new Database(file)
  db.pragma('page_size = 2048')
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('wal_autocheckpoint = 8000')
  db.exec('create table event (no integer primary key, body blob); create table row (body blob)')
  const [event1, row1] = [Buffer.alloc(event, 'e'), Buffer.alloc(row, 'r')]
  db.prepare('insert into row (body) values (?)').run(row1)
  const insert = db.prepare('insert into event (body) values (?)')
  const update = db.prepare('update row set body = ?')
  const [begin, commit] = [db.prepare('begin immediate'), db.prepare('commit')]
  return {
    once: () => {
      begin.run()
      insert.run(event1)
      update.run(row1)
      commit.run()
    },
    close: () => db.close(),
  }
}
