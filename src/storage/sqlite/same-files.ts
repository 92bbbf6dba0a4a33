import { statSync } from 'node:fs'

const seen = (path: string) => statSync(path, { bigint: true, throwIfNoEntry: false })

/**
 * Watches that the files behind an open database are still those at its path. A WAL that was unlinked while open
 * goes on accepting "commits" into nothing; this notices it before anything is acknowledged.
 */
export class SameFiles {
  private readonly file: string
  readonly wal: string
  private readonly inode: bigint | undefined
  readonly walInode: bigint | undefined
  /** Bytes of the WAL at the last look. */
  walSize = 0

  /** To be made once the database has been read, so that its WAL exists. */
  constructor(file: string) {
    this.file = file
    this.wal = `${file}-wal`
    this.inode = seen(this.file)?.ino
    const wal = seen(this.wal)
    this.walInode = wal?.ino
    this.walSize = Number(wal?.size ?? 0)
  }

  /** True while both files are the ones that were opened. Costs 2 to 4 µs. */
  hold(): boolean {
    const wal = seen(this.wal)
    this.walSize = Number(wal?.size ?? 0)
    return wal?.ino === this.walInode && seen(this.file)?.ino === this.inode
  }
}
