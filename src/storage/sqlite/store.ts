import type { Call, Clock, Command, NewId, Query, Signal, Store } from '../../kernel/ports.ts'
import type { AnyStream } from '../../kernel/stream.ts'
import { readHead, signalsAfter } from '../log-statements.ts'
import { migrationSteps } from '../schema.ts'
import { Tail } from '../tail.ts'
import { Archive } from './archive/archive.ts'
import { Bell } from './bell.ts'
import type { SqliteConnection } from './connection.ts'
import { GroupCommit } from './group-commit.ts'
import { LockWait } from './lock-wait.ts'
import { type Durability, openReader, openWriter } from './open.ts'
import { SameFiles } from './same-files.ts'
import { Snapshots } from './snapshots.ts'
import { Turns } from './turns.ts'
import { WalRoom } from './wal-room.ts'

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

/**
 * The log in a SQLite file: one connection writes, in groups; another reads, so that queries see committed moments
 * only; a tail tells listeners what any process has appended.
 */
export class SqliteStore implements Store {
  private readonly writer: SqliteConnection
  private readonly reader: SqliteConnection
  private readonly archive: Archive
  private readonly groups: GroupCommit
  private readonly snapshots: Snapshots
  private readonly bell: Bell
  private readonly tail: Tail
  private readonly lock: LockWait
  private closed: Promise<void> | undefined

  constructor(options: SqliteOptions) {
    const { file, durability, streams, schema, clock, newId, onFault = () => {} } = options
    const steps = migrationSteps(streams, schema)
    this.writer = openWriter(file, durability, steps)
    this.writer.neverBlock()
    this.reader = openReader(file)
    const { writer } = this
    this.archive = new Archive({ file, writer, streams, steps })
    this.snapshots = new Snapshots(this.reader, this.archive, clock)
    this.bell = new Bell(`${file}-bell`)
    this.lock = new LockWait(new Turns(`${file}-queue`))
    // The writer's pages are warm, and it is the one connection that is never in the middle of a query's snapshot.
    this.tail = new Tail({
      head: () => writer.one(readHead, {})?.seq ?? 0,
      after: (seq, limit) => this.signals(seq, limit),
      canLook: () => !writer.raw.inTransaction,
      hear: (rung) => this.bell.hear(rung),
      onFault: (fault) => onFault(fault, undefined),
    })
    const files = new SameFiles(file)
    this.groups = new GroupCommit({
      connection: writer,
      archive: this.archive,
      files,
      walRoom: durability === 'full' ? new WalRoom(files.wal, files.walSize) : undefined,
      lock: this.lock,
      clock,
      newId,
      onFault,
      committed: () => {
        this.bell.ring()
        this.tail.look()
      },
    })
  }

  execute<I, O>(command: Command<I, O>, input: I, call: Call): Promise<O> {
    return this.groups.execute(command, input, call)
  }

  read<I, O>(query: Query<I, O>, input: I): Promise<O> {
    return this.snapshots.read(query, input)
  }

  /** Events that were archived before this process has heard of them leave a gap: then the archive tells of them. */
  private signals(seq: number, limit: number): readonly Signal[] {
    const heard = this.writer.all(signalsAfter, { seq, limit })
    const last = heard.at(-1)?.seq ?? seq
    if (last - seq === heard.length) return heard
    return this.archive.beyond()?.all(signalsAfter, { seq, limit }) ?? heard
  }

  listen(listener: (signals: readonly Signal[]) => void): () => void {
    return this.tail.listen(listener)
  }

  /** Finishes what was accepted, then closes the files. */
  close(): Promise<void> {
    this.closed ??= this.end()
    return this.closed
  }

  private async end(): Promise<void> {
    await Promise.all([this.groups.close(), this.snapshots.close()])
    this.tail.close()
    this.bell.close()
    this.lock.close()
    this.archive.close()
    this.reader.close()
    this.writer.close()
  }
}
