import type { DomainEvent, Recorded } from '../kernel/event.ts'
import type { Awaitable, Call, Clock, MovedOut, NewId, Remembered, Tx } from '../kernel/ports.ts'
import type { Statement } from '../kernel/statement.ts'
import { type AnyEntity, type AnyStream, type Entity, fold, type StreamDef } from '../kernel/stream.ts'
import { after } from './after.ts'
import { type ArchivePort, changing, readOnly } from './archive-port.ts'
import { link, origin } from './chain.ts'
import { moveEdges } from './edges.ts'
import { rowsOf } from './entity-statements.ts'
import { KnowingReader } from './knowing-reader.ts'
import type { Known, RunHead } from './known.ts'
import {
  addTally,
  type Head,
  insertEvent,
  readAnswer,
  readHead,
  readRunHead,
  writeAnswer,
} from './log-statements.ts'
import type { BoundedMemo } from './memo.ts'
import type { Connection } from './reader.ts'
import { type Speaker, speakerOf } from './speaker.ts'

/** What the transactions of one connection share. */
export interface TransactionParts {
  readonly clock: Clock
  readonly newId: NewId
  readonly known: Known
  readonly memo: BoundedMemo
  readonly archive: ArchivePort
  readonly call: Call
}

/**
 * The transaction of one group of calls. It appends events with their chain, keeps rows equal to their streams,
 * and holds aggregates in memory until `flush`, so a group writes each of them once.
 */
export class LogTransaction extends KnowingReader implements Tx {
  call: Call
  readonly newId: NewId
  private readonly recall: BoundedMemo
  /** Who spoke last. */
  private spoken: Speaker | undefined

  private constructor(connection: Connection, head: Head, parts: TransactionParts) {
    super(connection, parts, { ...head, at: Math.max(parts.clock(), head.at) })
    this.recall = parts.memo
    this.recall.keep()
    this.newId = parts.newId
    this.call = parts.call
  }

  /** Reads the head under the lock that the caller holds; `now` is taken after it and never decreases. */
  static begin(connection: Connection, parts: TransactionParts): Awaitable<LogTransaction> {
    return after(
      connection.one(readHead, {}),
      (head) => new LogTransaction(connection, head ?? { seq: 0, at: 0 }, parts),
    )
  }

  /** True when a call that was kept has appended something. */
  get appended(): boolean {
    return this.settled.runHeads.size > 0
  }

  /** Starts the next call of the group. */
  enter(call: Call): void {
    this.call = call
  }

  /** Keeps what the call did. */
  keep(): void {
    this.settled.absorb(this.pending)
    this.recall.keep()
  }

  /** Forgets what the call did; the caller has rolled its savepoint back. */
  drop(): void {
    for (const who of this.pending.actors) this.known.actors.delete(who)
    for (const entity of this.pending.touched) this.known.drop(entity)
    this.pending.reset(this.settled)
    this.spoken = undefined
    this.head = this.settled.seq
    this.recall.undo()
  }

  /** Writes aggregates; the last thing before COMMIT. */
  flush(): void {
    const { tallies, runHeads } = this.settled
    for (const [key, { scope, name, by }] of tallies) {
      if (by === 0) continue
      this.connection.write(addTally, { scope, name, value: by })
      const base = this.known.tallies.get(key)
      if (base !== undefined) this.known.tallies.set(key, base + by)
    }
    for (const [run, head] of runHeads) this.known.runHeads.set(run, head)
  }

  /** The group's COMMIT is done: what was read and written here serves the next transaction as well. */
  committed(): void {
    this.known.committed(this.settled.seq)
  }

  /** The group was rolled back: nothing that came up in it can be relied on. */
  failed(): void {
    for (const who of [...this.settled.actors, ...this.pending.actors]) this.known.actors.delete(who)
    this.known.forget()
    this.recall.clear()
  }

  write<P extends object>(statement: Statement<P, unknown>, params: P): void {
    this.connection.write(statement, params)
  }

  create<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    at: { readonly id: string; readonly run?: number },
    events: readonly E[],
  ): Awaitable<Entity<S, E>> {
    if (events.length === 0) throw new Error(`a ${def.kind} without events`)
    // An entity has the number of its first event: no other ever has, whatever is archived, and nothing need count.
    const no = this.pending.seq + 1
    // Its state follows from its events below.
    const entity = { def, no, id: at.id, run: at.run ?? no, version: 0, lastSeq: 0 } as Entity<S, E>
    return after(this.ready(entity.run), (speaker) => {
      this.record(entity, undefined, events, speaker)
      const { id, run, version, lastSeq: last_seq, state } = entity
      const row = { no, id, run, version, last_seq, state: JSON.stringify(state) }
      this.connection.write(rowsOf(def as AnyStream).insert, Object.assign(row, def.columns(state)) as never)
      return this.known.hold(entity)
    })
  }

  append<S extends object, E extends DomainEvent>(
    entity: Entity<S, E>,
    events: readonly (E | DomainEvent)[],
  ): Awaitable<void> {
    if (events.length === 0) return
    const { def, no, state: before } = entity
    if (this.past.has(entity)) throw readOnly(entity.id)
    if (this.known.byNo(no) !== entity) throw new Error(`${entity.id} was not loaded by this transaction`)
    return after(this.ready(entity.run), (speaker) => {
      this.record(entity, before, events, speaker)
      const { version, lastSeq: last_seq, state } = entity
      const columns = def.columns(state)
      const update = rowsOf(def as AnyStream).update(def.columns(before), columns)
      const row = { no, version, last_seq, state: JSON.stringify(state) }
      this.connection.write(update, Object.assign(row, columns) as never)
    })
  }

  /** What `record` needs and the first event of a call or run must read: the speaker's number, the run's head. */
  private ready(run: number): Awaitable<Speaker> {
    const owner = this.known.byNo(run)
    if (owner?.def.archived?.(owner.state)) throw readOnly(owner.id)
    return after(this.runHead(run), () => this.speaker())
  }

  private runHead(run: number): Awaitable<RunHead> {
    const held =
      this.pending.runHeads.get(run) ?? this.settled.runHeads.get(run) ?? this.known.runHeads.get(run)
    if (held) return held
    return after(this.connection.one(readRunHead, { run }), (stored) => {
      const head = stored ?? { seq: 0, at: 0, hash: origin }
      this.known.runHeads.set(run, head)
      return head
    })
  }

  private speaker(): Awaitable<Speaker> {
    if (this.spoken?.actor === this.call.actor) return this.spoken
    return after(speakerOf(this.connection, this.call.actor, this.known.actors), ({ speaker, isNew }) => {
      if (isNew) this.pending.actors.push(speaker.who)
      this.spoken = speaker
      return speaker
    })
  }

  /** Appends events to the log and folds them into the entity, with the aggregates and edges that follow. */
  private record<S extends object, E extends DomainEvent>(
    entity: Entity<S, E>,
    before: S | undefined,
    events: readonly DomainEvent[],
    speaker: Speaker,
  ): void {
    const { def } = entity
    const { pending } = this
    pending.touched.add(entity)
    let state = before
    for (const { type, data } of events) {
      const seq = ++pending.seq
      const recorded = { type, data, seq, at: this.now, run: entity.run } as Recorded<DomainEvent>
      for (const tally of def.measured?.(state, recorded as Recorded<E>) ?? []) pending.count(tally, 1)
      state = fold(def, state, recorded)
      this.link(entity, type, JSON.stringify(data), speaker, seq)
    }
    this.head = pending.seq
    entity.state = state as S
    for (const tally of def.standing(entity.state, entity)) pending.count(tally, 1)
    if (before) for (const tally of def.standing(before, entity)) pending.count(tally, -1)
    if (def.edges)
      moveEdges(this.connection, entity.no, before ? def.edges(before) : [], def.edges(entity.state))
  }

  private link(
    entity: AnyEntity,
    type: string,
    data: string,
    { no: actor, who }: Speaker,
    seq: number,
  ): void {
    const { run, no: stream, lastSeq: prev } = entity
    const { correlation } = this.call
    const version = ++entity.version
    const born = version === 1 ? entity.id : null
    const at = this.now
    const before = this.runHead(run) as RunHead
    const event = { seq, run, stream, version, prev, born, type, who, correlation, at, data }
    const hash = link(before.hash, event)
    this.connection.write(insertEvent, Object.assign(event, { actor, hash }))
    this.pending.runHeads.set(run, { seq, at, hash })
    entity.lastSeq = seq
  }

  moveOut({ no: run }: AnyEntity): Awaitable<MovedOut> {
    if (this.pending.runHeads.has(run) || this.settled.runHeads.has(run)) throw changing()
    return after(this.runHead(run), ({ hash: head }) => {
      const events = this.archive.moveOut(run)
      this.known.dropRun(run)
      return { events, head }
    })
  }

  remembered(run: number, tool: string, key: string): Awaitable<Remembered | undefined> {
    const given = { run, tool, key }
    const owner = this.known.byNo(run)
    const isArchived = owner?.def.archived?.(owner.state) === true
    const from = (isArchived && this.archive.beyond()) || this.connection
    return after(
      from.one(readAnswer, given),
      (row) => row && { digest: row.digest, seq: row.seq, answer: JSON.parse(row.answer) },
    )
  }

  remember(run: number, tool: string, key: string, digest: string, answer: unknown): void {
    const stored = { run, tool, key, digest, answer: JSON.stringify(answer), seq: this.head, at: this.now }
    this.connection.write(writeAnswer, stored)
  }
}
