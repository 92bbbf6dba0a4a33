import { statSync } from 'node:fs'

/**
 * Watches that the files behind an open database are still those at its path. A WAL that was unlinked while open
 * goes on accepting "commits" into nothing; this notices it before anything is acknowledged.
 */
export class SameFiles {
  private readonly paths: readonly string[]
  private readonly inodes: readonly (bigint | undefined)[]

  /** To be made once the database has been read, so that its WAL exists. */
  constructor(file: string) {
    this.paths = [file, `${file}-wal`]
    this.inodes = this.paths.map(inode)
  }

  /** True while both files are the ones that were opened. Costs 2 to 4 µs. */
  holds(): boolean {
    return this.paths.every((path, i) => inode(path) === this.inodes[i])
  }
}

const inode = (path: string): bigint | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
