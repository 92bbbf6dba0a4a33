import { Failure } from '../../errors.ts'
import type { Call, Clock, Command, NewId } from '../../kernel/ports.ts'
import { Known } from '../known.ts'
import { BoundedMemo } from '../memo.ts'
import { LogTransaction } from '../transaction.ts'
import type { SqliteConnection } from './connection.ts'
import { closing, replaced, uncommitted } from './failures.ts'
import type { LockWait } from './lock-wait.ts'
import type { SameFiles } from './same-files.ts'

export interface GroupCommitParts {
  readonly connection: SqliteConnection
  readonly files: SameFiles
  readonly lock: LockWait
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

  constructor(parts: GroupCommitParts) {
    this.parts = parts
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
    lock.released()
    for (const [i, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[i] as Outcome
      if ('value' in outcome) resolve(outcome.value)
      else reject(outcome.failure)
    }
  }

  /** Runs a group under the lock, which is given back whatever happens. */
  private async transact(group: readonly Waiting[]): Promise<readonly Outcome[]> {
    const { connection, clock, newId, onFault } = this.parts
    const turn = new UnbrokenTurn()
    const [{ call }] = group as [Waiting]
    let tx: LogTransaction | undefined
    try {
      tx = await LogTransaction.begin(connection, { clock, newId, known: this.known, memo: this.memo, call })
      const outcomes = group.length === 1 ? [await this.alone(tx, group[0] as Waiting)] : await this.each(tx, group)
      turn.end()
      if (!connection.raw.inTransaction) return outcomes
      this.commit(tx)
      return outcomes
    } catch (fault) {
      // SQLite may have rolled back by itself (disk full): a second ROLLBACK would throw and hide the cause.
      if (connection.raw.inTransaction) connection.run('rollback')
      this.memo.clear()
      this.known.forget()
      tx?.failed()
      onFault(fault, call)
      const failure = this.lost ? replaced() : uncommitted()
      return group.map(() => ({ failure }))
    }
  }
}
