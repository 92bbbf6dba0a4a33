import type { Clock, Memo, Query } from '../../kernel/ports.ts'
import { elsewhere, HotReader } from '../hot-reader.ts'
import { readHead } from '../log-statements.ts'
import { BoundedMemo } from '../memo.ts'
import { LogReader } from '../reader.ts'
import type { Archive } from './archive/archive.ts'
import type { SqliteConnection } from './connection.ts'
import { closing } from './failures.ts'

type Moment = { readonly now: number; readonly head: number }

/**
 * Runs queries one after another on a connection of their own, each on one committed moment. A query that needs the
 * archive is asked again of both files: its snapshot begins with the main file, so what that says was moved is there.
 */
export class Snapshots {
  private readonly connection: SqliteConnection
  private readonly archive: Archive
  /** Reads the archive along; opened when it is first needed. */
  private both: SqliteConnection | undefined
  private readonly clock: Clock
  private readonly memo = new BoundedMemo()
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(connection: SqliteConnection, archive: Archive, clock: Clock) {
    this.connection = connection
    this.archive = archive
    this.clock = clock
  }

  read<I, O>(query: Query<I, O>, input: I): Promise<O> {
    if (this.closed) return Promise.reject(closing())
    const answer = this.last.then(() => this.snapshot(query, input))
    this.last = answer.catch(() => undefined)
    return answer
  }

  private async snapshot<I, O>(query: Query<I, O>, input: I): Promise<O> {
    try {
      const hasArchive = () => this.archive.exists()
      const hot = (memo: Memo, at: Moment) => new HotReader(this.connection, memo, at, hasArchive)
      return await this.ask(this.connection, hot, query, input)
    } catch (thrown) {
      if (thrown !== elsewhere) throw thrown
    }
    this.both ??= this.archive.openBoth()
    const { both } = this
    return this.ask(both, (memo, at) => new LogReader(both, memo, at), query, input)
  }

  private async ask<I, O>(
    connection: SqliteConnection,
    reader: (memo: Memo, at: Moment) => LogReader,
    query: Query<I, O>,
    input: I,
  ): Promise<O> {
    connection.run('begin')
    try {
      const { seq: head, at } = connection.one(readHead, {}) ?? { seq: 0, at: 0 }
      return await query(reader(this.memo, { now: Math.max(this.clock(), at), head }), input)
    } finally {
      if (connection.raw.inTransaction) connection.run('commit')
      this.memo.keep()
    }
  }

  async close(): Promise<void> {
    this.closed = true
    await this.last
    this.both?.close()
  }
}
