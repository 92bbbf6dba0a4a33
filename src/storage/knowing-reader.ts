import type { DomainEvent } from '../kernel/event.ts'
import type { Awaitable, Memo } from '../kernel/ports.ts'
import type { Entity, StreamDef } from '../kernel/stream.ts'
import { after } from './after.ts'
import type { Known } from './known.ts'
import { Layer, tallyKey } from './layer.ts'
import { type LogTables, readTally } from './log-statements.ts'
import { type Connection, LogReader } from './reader.ts'

/** Reads under the lock: what is known is not read again, and what the group has changed so far counts. */
export class KnowingReader extends LogReader {
  protected readonly known: Known
  /** What the kept calls of the group have changed. */
  protected readonly settled: Layer
  /** What the present call has changed. */
  protected readonly pending: Layer

  protected constructor(connection: Connection, memo: Memo, known: Known, head: LogTables['head']) {
    super(connection, memo, { now: head.at, head: head.seq })
    known.meet(head.seq)
    this.known = known
    this.settled = new Layer(head.seq, head.next_no)
    this.pending = new Layer(head.seq, head.next_no)
  }

  override load<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    id: string,
  ): Awaitable<Entity<S, E> | undefined> {
    const known = this.known.byId(id)
    if (known) return known.def === def ? known : undefined
    if (this.known.isMissing(def.kind, id)) return undefined
    return after(super.load(def, id), (entity) => {
      if (entity) return this.known.hold(entity)
      this.known.miss(def.kind, id)
      return undefined
    })
  }

  override loadNo<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    no: number,
  ): Awaitable<Entity<S, E> | undefined> {
    const known = this.known.byNo(no)
    if (known) return known.def === def ? known : undefined
    return after(super.loadNo(def, no), (entity) => entity && this.known.hold(entity))
  }

  override tally(scope: string, name: string): Awaitable<number> {
    const key = tallyKey(scope, name)
    const known = this.known.tallies.get(key)
    const stored = known ?? after(this.connection.one(readTally, { scope, name }), (row) => row?.value ?? 0)
    return after(stored, (base) => {
      this.known.tallies.set(key, base)
      return base + (this.settled.tallies.get(key)?.by ?? 0) + (this.pending.tallies.get(key)?.by ?? 0)
    })
  }

  override tallies(scope: string): Awaitable<Readonly<Record<string, number>>> {
    return after(super.tallies(scope), (base) => {
      const values: Record<string, number> = { ...base }
      for (const layer of [this.settled, this.pending]) {
        for (const tally of layer.tallies.values()) {
          if (tally.scope === scope) values[tally.name] = (values[tally.name] ?? 0) + tally.by
        }
      }
      return values
    })
  }
}
