import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'

/** Places in the queue; with more processes waiting at once than that, some share a place and wait a little longer. */
const places = 64
/** A ticket and when its holder last said that it still waits, each a double of monotonic ms. */
const placeSize = 16
/** A waiting process that has said nothing for this long, ms, is gone or busy with something else: it is passed. */
const silence = 100

/** Monotonic ms, the same for all processes of a machine. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6

/**
 * A queue of the processes that wait for the log's lock, in a file beside the database. SQLite gives its lock to whoever
 * asks at the right moment, which is nearly always the process that has just let go of it. This is only a courtesy
 * among Batons: the lock itself stays SQLite's, so nothing that goes wrong here can harm the log.
 */
export class Turns {
  private readonly file: number
  private readonly table = Buffer.alloc(places * placeSize)
  private readonly entry = Buffer.alloc(placeSize)
  private place: number | undefined

  constructor(path: string) {
    this.file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  }

  /** How many others have waited since before `ticket`, which is the moment when its holder began to wait. */
  ahead(ticket: number): number {
    const now = monotonic()
    let count = 0
    const end = this.read()
    for (let at = 0; at < end; at += placeSize) {
      if (at === this.place) continue
      const said = this.table.readDoubleLE(at + 8)
      if (said !== 0 && now - said < silence && this.table.readDoubleLE(at) < ticket) count++
    }
    return count
  }

  /** Takes a place in the queue, or says again that it is still wanted. */
  wait(ticket: number): void {
    const now = monotonic()
    this.place ??= this.freePlace(now)
    this.entry.writeDoubleLE(ticket, 0)
    this.entry.writeDoubleLE(now, 8)
    this.write(this.place)
  }

  /** Leaves the queue. */
  leave(): void {
    if (this.place === undefined) return
    this.entry.fill(0)
    this.write(this.place)
    this.place = undefined
  }

  /** A place that nobody waits in, looked for from a random one on. Two may take the same: then one is not seen. */
  private freePlace(now: number): number {
    const end = this.read()
    const first = Math.floor(Math.random() * places)
    for (let i = 0; i < places; i++) {
      const at = ((first + i) % places) * placeSize
      if (at >= end || now - this.table.readDoubleLE(at + 8) >= silence) return at
    }
    return first * placeSize
  }

  /** Reads the table; answers how much of it there is. */
  private read(): number {
    try {
      const bytes = readSync(this.file, this.table, 0, this.table.length, 0)
      return bytes - (bytes % placeSize)
    } catch {
      return 0
    }
  }

  private write(at: number): void {
    try {
      writeSync(this.file, this.entry, 0, placeSize, at)
    } catch {
      // The disk is full: this process waits unseen, and is passed by others.
    }
  }

  close(): void {
    this.leave()
    closeSync(this.file)
  }
}
