import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'

/** How far the WAL is made longer at a time, bytes. */
const step = 1024 * 1024
/**
 * Beyond this size, bytes, nothing is added: SQLite begins a WAL anew at 16 MB, and one that grows on is held up by
 * readers and will be emptied by force.
 */
const most = 24 * 1024 * 1024

const zeros = Buffer.alloc(step)

/**
 * Makes the WAL longer before it is needed. A commit that writes past the end of the file has the file system write
 * down the new length as well: a sync took 280 to 370 µs, and 110 to 150 µs within the file. SQLite looks at no byte
 * behind its last frame: no frame of zeros fits its checksums, and whoever appends next writes over them.
 */
export class WalRoom {
  private readonly path: string
  private size: number
  /** The size that the last commit has left the file at when it had to make it longer. */
  private outgrown: number | undefined

  constructor(wal: string, size: number) {
    this.path = wal
    this.size = size
  }

  /**
   * To be told the WAL's size after each commit. A jump of a whole step is the room that another process has made:
   * were it answered by more, the processes would drive each other on.
   */
  saw(size: number): void {
    const grown = size - this.size
    this.size = size
    this.outgrown = grown > 0 && grown < step && size < most ? size : undefined
  }

  /**
   * Makes room if the last commit had none. To be called under the log's lock and before anything is written: only
   * then does nobody else append to the WAL, empty it or begin it anew. `inode`: of the WAL that SQLite has open.
   */
  ensure(inode: bigint | undefined): void {
    if (this.outgrown === undefined) return
    const end = this.outgrown
    this.outgrown = undefined
    let file: number | undefined
    try {
      // The WAL carries no locks that closing a second descriptor would drop.
      file = openSync(this.path, 'r+')
      const found = fstatSync(file, { bigint: true })
      // Another process has appended or made room since; or this is no longer the file that is open.
      if (found.ino !== inode || Number(found.size) !== end) return
      this.size = lengthen(file, end)
    } catch {
      // It is a convenience: the commit goes on without, and says itself what is wrong with the disk.
    } finally {
      if (file !== undefined) closeSync(file)
    }
  }
}

/** Writes zeros, not a hole, whose blocks the file system would have to find at each commit. Answers the new size. */
const lengthen = (file: number, end: number): number => {
  try {
    // A disk with less room than this writes a part only; it is given back, for the commit may need it.
    if (writeSync(file, zeros, 0, step, end) === step) return end + step
  } catch {
    // As above.
  }
  ftruncateSync(file, end)
  return end
}
