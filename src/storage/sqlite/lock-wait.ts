import Database from 'better-sqlite3'

const { SqliteError } = Database

/** How long a group waits for the lock before its calls fail as retryable, ms. */
const patience = 30_000
/** The first wait, ms; each further one grows by half up to the cap, and each is drawn at random below that. */
const firstWait = 1
const longestWait = 24

export const isBusy = (fault: unknown): boolean =>
  fault instanceof SqliteError && /^SQLITE_(BUSY|PROTOCOL)/.test(fault.code)

/** Faults of the disk or the file rather than of one statement: who meets one knows nothing about what was written. */
const storageFaults = /^SQLITE_(BUSY|FULL|IOERR|NOMEM|CORRUPT|READONLY|PROTOCOL|CANTOPEN|NOTADB)/

export const isStorageFault = (fault: unknown): boolean =>
  fault instanceof SqliteError && storageFaults.test(fault.code)

const pause = (ms: number) => new Promise<void>((next) => setTimeout(next, ms))

/**
 * Takes the log's lock without blocking the event loop: tries, and waits a random, growing time while another
 * process holds it (jitter keeps 16 processes fair; SQLite's own busy handler does not, and blocks).
 */
export class LockWait {
  async take(begin: () => void): Promise<void> {
    const started = performance.now()
    for (let bound = firstWait; ; bound = Math.min(bound * 1.5, longestWait)) {
      try {
        return begin()
      } catch (fault) {
        if (!isBusy(fault) || performance.now() - started > patience) throw fault
      }
      await pause(bound * (0.5 + Math.random()))
    }
  }

  released(): void {}
}
