import { Failure } from '../../errors.ts'
import type { Call, Clock, Command, NewId, Query, Signal, Store } from '../../kernel/ports.ts'
import type { AnyStream } from '../../kernel/stream.ts'
import { readHead, signalsAfter } from '../log-statements.ts'
import { BoundedMemo } from '../memo.ts'
import { LogReader } from '../reader.ts'
import { migrationSteps } from '../schema.ts'
import { Tail } from '../tail.ts'
import { type KnownActors, LogTransaction } from '../transaction.ts'
import { Bell } from './bell.ts'
import { type Durability, SameFiles, SqliteConnection } from './connection.ts'
import { migrate } from './migrate.ts'
import { LockWait } from './lock-wait.ts'

export interface SqliteOptions {
  readonly file: string
  readonly durability: Durability
  readonly streams: readonly AnyStream[]
  /** Indexes and tables of primitives beyond one table a stream kind. */
  readonly schema: readonly string[]
  readonly clock: Clock
  readonly newId: NewId
  /** Told of what no client may see: the cause behind an `internal` or `busy` failure. */
  readonly onFault?: (fault: unknown, call: Call | undefined) => void
}

interface Waiting {
  readonly command: Command<unknown, unknown>
  readonly input: unknown
  readonly call: Call
  readonly resolve: (answer: unknown) => void
  readonly reject: (failure: unknown) => void
}

interface Answer {
  readonly waiting: Waiting
  readonly value?: unknown
  readonly failure?: unknown
}

/** The most calls in one transaction: bounds how long the lock is held. */
const groupLimit = 256

/**
 * The log in a SQLite file. All calls of one event-loop turn share one IMMEDIATE transaction, run strictly one
 * after another, a savepoint each; they are answered after the commit. Reads use a connection of their own, so they
 * see committed moments only.
 */
export class SqliteStore implements Store {
  private readonly options: SqliteOptions
  private readonly writer: SqliteConnection
  private readonly reader: SqliteConnection
  private readonly files: SameFiles
  private readonly bell: Bell
  private readonly tail: Tail
  private readonly lock = new LockWait()
  private readonly actors: KnownActors = new Map()
  private readonly memo = new BoundedMemo()
  private readonly readerMemo = new BoundedMemo()
  private queue: Waiting[] = []
  private flushing: Promise<void> | undefined
  private reads: Promise<unknown> = Promise.resolve()
  private closed = false

  constructor(options: SqliteOptions) {
    this.options = options
    const { file } = options
    this.writer = new SqliteConnection(file, { durability: options.durability })
    try {
      migrate(this.writer.raw, migrationSteps(options.streams, options.schema))
    } catch (failure) {
      this.writer.close()
      throw failure
    }
    this.writer.neverBlock()
    this.reader = new SqliteConnection(file, { readonly: true })
    this.reader.one(readHead, {})
    this.files = new SameFiles(file)
    this.bell = new Bell(`${file}-bell`)
    this.tail = new Tail({
      head: () => this.reader.one(readHead, {})?.seq ?? 0,
      after: (seq, limit) => this.reader.all(signalsAfter, { seq, limit }),
      hear: (rung) => this.bell.hear(rung),
    })
  }

  execute<I, O>(command: Command<I, O>, input: I, call: Call): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      if (this.closed) return reject(closing())
      this.queue.push({ command, input, call, resolve, reject } as Waiting)
      this.flushing ??= this.turn()
    })
  }

  /** Waits for the end of this turn, so that calls which arrived together commit together. */
  private async turn(): Promise<void> {
    while (this.queue.length > 0) {
      await new Promise((next) => setImmediate(next))
      await this.flush()
    }
    this.flushing = undefined
  }

  private async flush(): Promise<void> {
    try {
      if (!this.files.holds()) throw new Error('the database file or its WAL was replaced while open')
      await this.lock.take(() => this.writer.raw.exec('begin immediate'))
    } catch (fault) {
      const group = this.queue.splice(0)
      this.options.onFault?.(fault, group[0]?.call)
      for (const waiting of group) waiting.reject(uncommitted())
      return
    }
    const group = this.queue.splice(0, groupLimit)
    const answers = await this.commit(group)
    for (const { waiting, value, failure } of answers) {
      if (failure === undefined) waiting.resolve(value)
      else waiting.reject(failure)
    }
  }

  /** Runs a group under the lock. From here to COMMIT nothing is awaited but the transaction itself. */
  private async commit(group: readonly Waiting[]): Promise<readonly Answer[]> {
    const { raw } = this.writer
    const answers: Answer[] = []
    const known = new Map(this.actors)
    try {
      const [first] = group
      if (!first) throw new Error('an empty group')
      const { clock, newId } = this.options
      const parts = { clock, newId, actors: known, memo: this.memo, call: first.call }
      const tx = await LogTransaction.begin(this.writer, parts)
      for (const waiting of group) answers.push(await this.run(tx, waiting))
      await tx.flush()
      if (!this.files.holds()) throw new Error('the database file or its WAL was replaced while open')
      raw.exec('commit')
      if (tx.appended) {
        for (const [who, no] of known) this.actors.set(who, no)
        this.bell.ring()
        this.tail.look()
      }
      this.lock.release()
      return answers
    } catch (fault) {
      // SQLite may have rolled back by itself (disk full): a second ROLLBACK would throw and hide the cause.
      if (raw.inTransaction) raw.exec('rollback')
      this.lock.release()
      this.memo.clear()
      this.options.onFault?.(fault, group[0]?.call)
      return group.map((waiting) => ({ waiting, failure: uncommitted() }))
    }
  }

  private async run(tx: LogTransaction, waiting: Waiting): Promise<Answer> {
    const { raw } = this.writer
    tx.enter(waiting.call)
    raw.exec('savepoint call')
    try {
      const value = await waiting.command(tx, waiting.input)
      tx.keep()
      raw.exec('release call')
      return { waiting, value }
    } catch (failure) {
      if (!raw.inTransaction) throw failure
      raw.exec('rollback to call')
      raw.exec('release call')
      tx.drop()
      if (!(failure instanceof Failure)) this.options.onFault?.(failure, waiting.call)
      return { waiting, failure }
    }
  }

  read<I, O>(query: Query<I, O>, input: I): Promise<O> {
    const answer = this.reads.then(() => this.snapshot(query, input))
    this.reads = answer.catch(() => undefined)
    return answer
  }

  private async snapshot<I, O>(query: Query<I, O>, input: I): Promise<O> {
    if (this.closed) throw closing()
    const { raw } = this.reader
    raw.exec('begin')
    try {
      const head = this.reader.one(readHead, {})
      const now = Math.max(this.options.clock(), head?.at ?? 0)
      return await query(new LogReader(this.reader, this.readerMemo, { now, head: head?.seq ?? 0 }), input)
    } finally {
      raw.exec('commit')
    }
  }

  listen(listener: (signals: readonly Signal[]) => void): () => void {
    return this.tail.listen(listener)
  }

  /** Finishes what was accepted, then closes the file. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.flushing
    await this.reads
    this.tail.close()
    this.bell.close()
    this.reader.close()
    this.writer.close()
  }
}

const closing = () =>
  new Failure('busy', 'This server is shutting down; the call was not carried out.', 'Call again after it restarts.')

const uncommitted = () =>
  new Failure(
    'busy',
    'The storage could not commit; nothing of this call was written.',
    'Call again in a moment. If it stays, run "baton doctor" and check that the disk has room.',
  )
