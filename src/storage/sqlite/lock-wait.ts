import Database from 'better-sqlite3'
import { monotonic, type Turns } from './turns.ts'

/** How long a group waits for the lock before its calls fail as retryable, ms. */
const patience = 30_000
/** Whoever has waited this long, ms, tries whether or not others are ahead. */
const longEnough = 250
/** While the lock is about to come, how long to sleep between two tries, ms. Timers cannot do less than 1. */
const nap = 0.2
/** After this many naps the holder is a slow one, and timers will do. */
const naps = 100

export const isBusy = (fault: unknown): boolean =>
  fault instanceof Database.SqliteError && /^SQLITE_(BUSY|PROTOCOL)/.test(fault.code)

const cell = new Int32Array(new SharedArrayBuffer(4))

/** Blocks for a fraction of a millisecond, then lets whatever is due in this process have its turn. */
const doze = (): Promise<void> => {
  Atomics.wait(cell, 0, 0, nap)
  return new Promise((next) => setImmediate(next))
}

const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

/**
 * Takes the log's lock: first come, first served among the processes that wait for it. Without the queue one process
 * at a time made all the progress (fairness 0.62 of 1 among 16), and single calls waited a second.
 */
export class LockWait {
  private readonly turns: Turns

  constructor(turns: Turns) {
    this.turns = turns
  }

  async take(begin: () => void): Promise<void> {
    const ticket = monotonic()
    try {
      for (let tries = 0; ; tries++) {
        const ahead = this.turns.ahead(ticket)
        const waited = monotonic() - ticket
        if ((ahead === 0 || waited > longEnough) && taken(begin, waited)) return
        this.turns.wait(ticket)
        await (ahead <= 1 && tries < naps ? doze() : pause(Math.max(1, ahead / 2)))
      }
    } finally {
      this.turns.leave()
    }
  }

  close(): void {
    this.turns.close()
  }
}

/** Tries once. False when another process holds the lock; throws what else goes wrong, or when patience is at its end. */
const taken = (begin: () => void, waited: number): boolean => {
  try {
    begin()
    return true
  } catch (fault) {
    if (!isBusy(fault) || waited > patience) throw fault
    return false
  }
}
