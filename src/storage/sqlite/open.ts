import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { SqliteConnection } from './connection.ts'
import { cannotOpen } from './failures.ts'
import { isBusy } from './lock-wait.ts'
import { checkFile, migrate } from './migrate.ts'
import { isStorageFault } from './storage-fault.ts'

export type Durability = 'full' | 'normal'

/** Pages of 2 KiB: the bytes written per commit dominate its cost, and our rows are small. */
const pageSize = 2_048

/** How long opening waits for another process that is creating or migrating the file, ms. Blocks: nobody is served yet. */
const openingPatience = 10_000

const common = (db: Database.Database): void => {
  db.pragma('cache_size = -16000')
  db.pragma('temp_store = MEMORY')
}

/** Opens the file for writing, creating it (0600) and bringing it to the newest schema. Refuses what is not ours. */
export const openWriter = (
  file: string,
  durability: Durability,
  steps: readonly (readonly string[])[],
): SqliteConnection => {
  createPrivately(file)
  const db = opened(file, { timeout: openingPatience })
  try {
    // Before anything is set: a file of another program is left exactly as it was.
    checkFile(db)
    db.pragma(`page_size = ${pageSize}`)
    walMode(db)
    db.pragma(`synchronous = ${durability === 'normal' ? 'NORMAL' : 'FULL'}`)
    db.pragma('wal_autocheckpoint = 8000')
    common(db)
    migrate(db, steps)
    return new SqliteConnection(db)
  } catch (failure) {
    db.close()
    throw isStorageFault(failure) ? cannotOpen(file, failure) : failure
  }
}

/** A handle on the file; a Failure that names it where there can be none. */
const opened = (file: string, options: Database.Options): Database.Database => {
  try {
    return new Database(file, options)
  } catch (fault) {
    throw cannotOpen(file, fault)
  }
}

export const openReader = (file: string): SqliteConnection => {
  const db = opened(file, { readonly: true, timeout: 5_000 })
  common(db)
  return new SqliteConnection(db)
}

/**
 * What agents say is nobody else's to read: SQLite would create the file with the umask's mode, and gives the WAL the
 * mode of the file. Only a file that is not there is opened: closing a descriptor of a database that is open elsewhere
 * in this process would drop that one's POSIX locks.
 */
const createPrivately = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotOpen(file, fault)
  }
}

/** Two processes that turn WAL on at once are in each other's way whatever the busy timeout: SQLite does not wait. */
const walMode = (db: Database.Database): void => {
  const until = performance.now() + openingPatience
  for (;;) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (fault) {
      if (!isBusy(fault) || performance.now() > until) throw fault
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + 10 * Math.random())
    }
  }
}
