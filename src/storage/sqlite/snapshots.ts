import type { Clock, Query } from '../../kernel/ports.ts'
import { readHead } from '../log-statements.ts'
import { BoundedMemo } from '../memo.ts'
import { LogReader } from '../reader.ts'
import type { SqliteConnection } from './connection.ts'
import { closing } from './failures.ts'

/** Runs queries one after another on a connection of their own, each on one committed moment. */
export class Snapshots {
  private readonly connection: SqliteConnection
  private readonly clock: Clock
  private readonly memo = new BoundedMemo()
  private last: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(connection: SqliteConnection, clock: Clock) {
    this.connection = connection
    this.clock = clock
  }

  read<I, O>(query: Query<I, O>, input: I): Promise<O> {
    if (this.closed) return Promise.reject(closing())
    const answer = this.last.then(() => this.snapshot(query, input))
    this.last = answer.catch(() => undefined)
    return answer
  }

  private async snapshot<I, O>(query: Query<I, O>, input: I): Promise<O> {
    const { connection, memo } = this
    connection.run('begin')
    try {
      const { seq: head, at } = connection.one(readHead, {}) ?? { seq: 0, at: 0 }
      return await query(new LogReader(connection, memo, { now: Math.max(this.clock(), at), head }), input)
    } finally {
      if (connection.raw.inTransaction) connection.run('commit')
      memo.keep()
    }
  }

  async close(): Promise<void> {
    this.closed = true
    await this.last
  }
}
