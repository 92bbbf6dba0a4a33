import type { DomainEvent, EventRow, Recorded } from '../kernel/event.ts'
import type { Awaitable, Memo, Reader } from '../kernel/ports.ts'
import type { Statement } from '../kernel/statement.ts'
import { type AnyEntity, type AnyStream, type Entity, fold, type StreamDef } from '../kernel/stream.ts'
import { after } from './after.ts'
import { type EntityRow, rowsOf } from './entity-statements.ts'
import { eventAt, eventBefore, readTallies, readTally } from './log-statements.ts'

/** What a database connection must offer for the log to stand on it. */
export interface Connection {
  all<P extends object, R>(statement: Statement<P, R>, params: P): Awaitable<readonly R[]>
  one<P extends object, R>(statement: Statement<P, R>, params: P): Awaitable<R | undefined>
  /** Takes a write, in order. One that is sent later fails at the next read or at the commit. */
  write<P extends object>(statement: Statement<P, unknown>, params: P): void
}

export type ReadEvent = Omit<EventRow, 'data'> & { readonly data: unknown }

/** Of a row that nobody else holds: it is changed in place, as a copy of its twelve columns would cost more. */
const parsed = (row: EventRow): ReadEvent => Object.assign(row, { data: JSON.parse(row.data) })

/** An entity's row as commands and queries hold it. */
const entityOf = <S extends object, E extends DomainEvent>(
  def: StreamDef<S, E>,
  row: EntityRow,
): Entity<S, E> => ({
  def,
  no: row.no,
  id: row.id,
  run: row.run,
  version: row.version,
  lastSeq: row.last_seq,
  state: JSON.parse(row.state) as S,
})

/** Reads over one connection at one moment. Knows the log and rows, no primitive. */
export class LogReader implements Reader {
  protected readonly connection: Connection
  readonly memo: Memo
  now: number
  head: number

  constructor(connection: Connection, memo: Memo, at: { now: number; head: number }) {
    this.connection = connection
    this.memo = memo
    this.now = at.now
    this.head = at.head
  }

  all<P extends object, R>(statement: Statement<P, R>, params: P): Awaitable<readonly R[]> {
    return this.connection.all(statement, params)
  }

  one<P extends object, R>(statement: Statement<P, R>, params: P): Awaitable<R | undefined> {
    return this.connection.one(statement, params)
  }

  load<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    id: string,
  ): Awaitable<Entity<S, E> | undefined> {
    const row = this.connection.one(rowsOf(def as AnyStream).byId, { id })
    return after(row, (found) => found && entityOf(def, found))
  }

  loadNo<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    no: number,
  ): Awaitable<Entity<S, E> | undefined> {
    const row = this.connection.one(rowsOf(def as AnyStream).byNo, { no })
    return after(row, (found) => found && entityOf(def, found))
  }

  event(seq: number): Awaitable<ReadEvent | undefined> {
    return after(this.connection.one(eventAt, { seq }), (row) => row && parsed(row))
  }

  tally(scope: string, name: string): Awaitable<number> {
    return after(this.connection.one(readTally, { scope, name }), (row) => row?.value ?? 0)
  }

  tallies(scope: string): Awaitable<Readonly<Record<string, number>>> {
    return after(this.connection.all(readTallies, { scope }), (rows) =>
      Object.fromEntries(rows.map(({ name, value }) => [name, value])),
    )
  }

  async stateAt<S extends object, E extends DomainEvent>(
    entity: Entity<S, E>,
    seq: number,
  ): Promise<S | undefined> {
    if (entity.lastSeq <= seq) return entity.state
    let at = entity.lastSeq
    while (at > seq) at = (await this.connection.one(eventBefore, { seq: at }))?.prev ?? 0
    let state: S | undefined
    for (const event of await this.walk(entity.def.kind, at, true)) {
      state = fold(entity.def, state, event as unknown as Recorded<DomainEvent>)
    }
    return state
  }

  history(entity: AnyEntity): Promise<readonly ReadEvent[]> {
    return this.walk(entity.def.kind, entity.lastSeq, false)
  }

  /** A stream's events up to `last`, oldest first; with `short` only from the last one that holds a whole state. */
  private async walk(kind: string, last: number, short: boolean): Promise<ReadEvent[]> {
    const found: ReadEvent[] = []
    for (let at = last; at > 0; ) {
      const event = await this.event(at)
      if (!event) throw new Error(`event ${at} is missing from the log`)
      found.push(event)
      if (short && event.type === `${kind}.restored`) break
      at = event.prev
    }
    return found.reverse()
  }
}
