import type { SqliteConnection } from './connection.ts'

/**
 * How large the WAL may become, bytes, before it is emptied by force. The checkpoints that SQLite makes by itself,
 * each 16 MB, begin a WAL anew only at a moment when nobody reads; many busy processes may leave no such moment.
 */
const most = 64 * 1024 * 1024
/** How long readers are waited for, ms. Writers are held up, this process is blocked: so it stays short. */
const wait = 50
/** The least time between two tries, ms. */
const pause = 1_000

/** Keeps the WAL from growing without end. */
export class WalBound {
  private readonly connection: SqliteConnection
  private tried = Number.NEGATIVE_INFINITY

  constructor(connection: SqliteConnection) {
    this.connection = connection
  }

  /** To be told the WAL's size, bytes, between two transactions. */
  keep(size: number): void {
    if (size <= most || performance.now() - this.tried < pause) return
    const { raw } = this.connection
    raw.pragma(`busy_timeout = ${wait}`)
    try {
      // One reader that stays longer is answered by another try, after the next commit that is late enough.
      raw.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      raw.pragma('busy_timeout = 0')
      this.tried = performance.now()
    }
  }
}
