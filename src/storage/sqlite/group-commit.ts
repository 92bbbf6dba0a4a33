import { Failure } from '../../errors.ts'
import type { Call, Clock, Command, NewId } from '../../kernel/ports.ts'
import type { ArchivePort } from '../archive-port.ts'
import { Known } from '../known.ts'
import { BoundedMemo } from '../memo.ts'
import { LogTransaction } from '../transaction.ts'
import type { SqliteConnection } from './connection.ts'
import { closing, replaced, uncommitted } from './failures.ts'
import type { LockWait } from './lock-wait.ts'
import type { SameFiles } from './same-files.ts'
import { isStorageFault } from './storage-fault.ts'
import { WalBound } from './wal-bound.ts'
import type { WalRoom } from './wal-room.ts'

export interface GroupCommitParts {
  readonly connection: SqliteConnection
  readonly files: SameFiles
  /** None where commits are not synced: then nothing is gained by room. */
  readonly walRoom: WalRoom | undefined
  readonly lock: LockWait
  readonly archive: ArchivePort
  readonly clock: Clock
  readonly newId: NewId
  /** Told of what no client may see: the cause behind a failure that is no refusal. */
  readonly onFault: (fault: unknown, call: Call | undefined) => void
  /** Called after each commit that appended to the log, before its calls are answered. */
  readonly committed: () => void
}

interface Waiting {
  readonly command: Command<unknown, unknown>
  readonly input: unknown
  readonly call: Call
  readonly resolve: (answer: unknown) => void
  readonly reject: (failure: unknown) => void
}

/** What one call came to; told to its caller after the commit. */
type Outcome = { readonly value: unknown } | { readonly failure: unknown }

/** The most calls in one transaction: bounds how long the lock is held. */
const groupLimit = 256

/**
 * All calls of one event-loop turn share one IMMEDIATE transaction, run strictly one after another, a savepoint
 * each, and are answered after the commit.
 */
export class GroupCommit {
  private readonly parts: GroupCommitParts
  private readonly known = new Known()
  private readonly memo = new BoundedMemo()
  private queue: Waiting[] = []
  private flushing: Promise<void> | undefined
  private closed = false
  private lost = false
  private readonly walBound: WalBound

  constructor(parts: GroupCommitParts) {
    this.parts = parts
    this.walBound = new WalBound(parts.connection)
  }

  execute<I, O>(command: Command<I, O>, input: I, call: Call): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      if (this.closed) return reject(closing())
      this.queue.push({ command, input, call, resolve, reject } as Waiting)
      this.flushing ??= this.turns()
    })
  }

  /** Accepts no further call; settles when all accepted ones are answered. */
  async close(): Promise<void> {
    this.closed = true
    await this.flushing
  }

  /** Each time waits for the end of the turn, so that calls which arrived together commit together. */
  private async turns(): Promise<void> {
    while (this.queue.length > 0) {
      await new Promise((next) => setImmediate(next))
      await this.flush()
    }
    this.flushing = undefined
  }

  private async flush(): Promise<void> {
    const { connection, lock, onFault } = this.parts
    try {
      if (this.lost) throw replaced()
      await lock.take(() => connection.run('begin immediate'))
    } catch (fault) {
      const group = this.queue.splice(0)
      onFault(fault, group[0]?.call)
      for (const { reject } of group) reject(this.lost ? replaced() : uncommitted())
      return
    }
    const group = this.queue.splice(0, groupLimit)
    const outcomes = await this.transact(group)
    for (const [i, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[i] as Outcome
      if ('value' in outcome) resolve(outcome.value)
      else reject(outcome.failure)
    }
    this.tidy()
  }

  /** After the answers: nobody waits for it. */
  private tidy(): void {
    try {
      this.walBound.keep(this.parts.files.walSize)
    } catch (fault) {
      this.parts.onFault(fault, undefined)
    }
  }

  /** Runs a group under the lock, which is given back whatever happens. */
  private async transact(group: readonly Waiting[]): Promise<readonly Outcome[]> {
    const { connection, files, walRoom, archive, clock, newId, onFault } = this.parts
    walRoom?.ensure(files.walInode)
    const turn = new UnbrokenTurn()
    const [{ call }] = group as [Waiting]
    let tx: LogTransaction | undefined
    try {
      const { known, memo } = this
      tx = await LogTransaction.begin(connection, { clock, newId, known, memo, archive, call })
      const outcomes: Outcome[] = []
      for (const waiting of group) outcomes.push(await this.run(tx, waiting, group.length > 1))
      turn.end()
      if (connection.raw.inTransaction) this.commit(tx)
      return outcomes
    } catch (fault) {
      this.rollBack()
      tx?.failed()
      onFault(fault, call)
      const failure = this.lost ? replaced() : uncommitted()
      return group.map(() => ({ failure }))
    }
  }

  /** Runs one call. Alone in its group it needs no savepoint: what undoes it is the transaction's own rollback. */
  private async run(tx: LogTransaction, waiting: Waiting, shared: boolean): Promise<Outcome> {
    const { connection, onFault } = this.parts
    tx.enter(waiting.call)
    if (shared) connection.run('savepoint call')
    try {
      const value = await waiting.command(tx, waiting.input)
      if (shared) connection.run('release call')
      tx.keep()
      return { value }
    } catch (failure) {
      // A failing disk is no matter of one call: the whole group fails, and may be tried again.
      if (!connection.raw.inTransaction || isStorageFault(failure)) throw failure
      if (shared) connection.run('rollback to call')
      connection.run(shared ? 'release call' : 'rollback')
      tx.drop()
      if (!(failure instanceof Failure)) onFault(failure, waiting.call)
      return { failure }
    }
  }

  private commit(tx: LogTransaction): void {
    const { connection, files, walRoom, committed, onFault } = this.parts
    tx.flush()
    connection.run('commit')
    // Only now: a WAL that is unlinked between a look and the COMMIT would go unnoticed.
    this.lost = !files.hold()
    if (this.lost) throw new Error('the database file or its WAL was replaced while open')
    walRoom?.saw(files.walSize)
    tx.committed()
    if (!tx.appended) return
    try {
      committed()
    } catch (fault) {
      // It is committed, whatever went wrong in telling so.
      onFault(fault, undefined)
    }
  }

  private rollBack(): void {
    const { connection, onFault } = this.parts
    try {
      // SQLite may have rolled back by itself (disk full): a second ROLLBACK would throw and hide the cause.
      if (connection.raw.inTransaction) connection.run('rollback')
    } catch (fault) {
      onFault(fault, undefined)
    }
  }
}

/**
 * Notices when a group does not run in one go. Between BEGIN and COMMIT a command awaits nothing but its transaction,
 * which answers at once; anything else would hold the lock of all processes while it waits. A tick queued now is run
 * when no microtask is left, so when it comes before the end, something else was awaited.
 */
class UnbrokenTurn {
  private state: 'on' | 'ended' | 'broken' = 'on'

  constructor() {
    process.nextTick(() => {
      if (this.state === 'on') this.state = 'broken'
    })
  }

  end(): void {
    if (this.state === 'broken') throw new Error('a command awaited something other than its transaction')
    this.state = 'ended'
  }
}
