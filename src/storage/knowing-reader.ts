import type { DomainEvent } from '../kernel/event.ts'
import type { Awaitable, Memo } from '../kernel/ports.ts'
import type { AnyEntity, Entity, StreamDef } from '../kernel/stream.ts'
import { after } from './after.ts'
import { type ArchivePort, looksLikeId } from './archive-port.ts'
import type { Known } from './known.ts'
import { Layer, tallyKey } from './layer.ts'
import { type Head, readTally } from './log-statements.ts'
import { type Connection, LogReader, type ReadEvent } from './reader.ts'

/** Reads under the lock: what is known is not read again, and what the group has changed so far counts. */
export class KnowingReader extends LogReader {
  protected readonly known: Known
  protected readonly archive: ArchivePort
  /** What was read from the archive: it is never appended to. */
  protected readonly past = new WeakSet<AnyEntity>()
  /** What the kept calls of the group have changed. */
  protected readonly settled: Layer
  /** What the present call has changed. */
  protected readonly pending: Layer

  protected constructor(
    connection: Connection,
    { memo, known, archive }: { memo: Memo; known: Known; archive: ArchivePort },
    head: Head,
  ) {
    super(connection, memo, { now: head.at, head: head.seq })
    known.meet(head.seq)
    this.known = known
    this.archive = archive
    this.settled = new Layer(head.seq)
    this.pending = new Layer(head.seq)
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
      return after(looksLikeId(id) ? this.beyond()?.load(def, id) : undefined, (old) => {
        if (!old) this.known.miss(def.kind, id)
        return this.asPast(old)
      })
    })
  }

  override loadNo<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    no: number,
  ): Awaitable<Entity<S, E> | undefined> {
    const known = this.known.byNo(no)
    if (known) return known.def === def ? known : undefined
    return after(super.loadNo(def, no), (entity) =>
      entity ? this.known.hold(entity) : after(this.beyond()?.loadNo(def, no), (old) => this.asPast(old)),
    )
  }

  override event(seq: number): Awaitable<ReadEvent | undefined> {
    return after(super.event(seq), (event) => event ?? this.beyond()?.event(seq))
  }

  /** Reads the archive along, where there is one. */
  protected beyond(): LogReader | undefined {
    const both = this.archive.beyond()
    return both && new LogReader(both, this.memo, { now: this.now, head: this.head })
  }

  private asPast<T extends AnyEntity>(entity: T | undefined): T | undefined {
    if (entity) this.past.add(entity)
    return entity
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
