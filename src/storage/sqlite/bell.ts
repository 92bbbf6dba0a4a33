import { closeSync, constants, type FSWatcher, openSync, watch, writeSync } from 'node:fs'

/**
 * The least time between two rings, ms: each ring wakes every waiter, and on a small machine they take the writer's
 * CPU time. A hot writer, with more than `hot` commits from one ring to the next, rings more seldom still: at 10 ms
 * throughout, 15 waiters cost it 45 % of its speed.
 */
const soonest = 10
const latest = 40
const hot = 30

/**
 * A file beside the database that a writer touches after a commit and waiters of other processes watch.
 * Watching it costs an idle process nothing; watching the WAL itself slowed a hot writer to 0.19 of its speed.
 */
export class Bell {
  private readonly file: number
  private readonly path: string
  private last = 0
  private every = soonest
  private commits = 0
  private later: NodeJS.Timeout | undefined

  constructor(path: string) {
    this.path = path
    this.file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  }

  /** Tells the other processes that something was committed: now, or when the time has come. */
  ring(): void {
    this.commits++
    if (this.later) return
    const wait = this.last + this.every - performance.now()
    if (wait <= 0) {
      this.strike()
      return
    }
    this.later = setTimeout(() => this.strike(), wait)
    this.later.unref()
  }

  private strike(): void {
    clearTimeout(this.later)
    this.later = undefined
    this.every = this.commits > hot ? latest : soonest
    this.commits = 0
    this.last = performance.now()
    try {
      // Always the same byte at the same place: the file never grows.
      writeSync(this.file, '.', 0)
    } catch {
      // The disk is full or the file is gone: waiters fall back on their slow poll.
    }
  }

  /** Calls back whenever some process rings. Returns how to stop; undefined when watching is impossible here. */
  hear(rung: () => void): (() => void) | undefined {
    let watcher: FSWatcher
    try {
      watcher = watch(this.path, { persistent: false }, rung)
    } catch {
      return undefined
    }
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  }

  close(): void {
    if (this.later) this.strike()
    closeSync(this.file)
  }
}
