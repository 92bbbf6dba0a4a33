import type { DomainEvent } from '../kernel/event.ts'
import type { Awaitable, Memo } from '../kernel/ports.ts'
import type { Entity, StreamDef } from '../kernel/stream.ts'
import { after } from './after.ts'
import { looksLikeId } from './archive-port.ts'
import { type Connection, LogReader, type ReadEvent } from './reader.ts'

/** Thrown by a hot reader: the query needs the archive as well, and is to be asked again of both files. */
export const elsewhere = new Error('the archive has to be read for this')

/**
 * Reads the log without its archive: what nearly every query needs. One that meets an archived run, or misses what
 * may be archived, is given up; so a database with an archive answers all other queries as fast as one without.
 */
export class HotReader extends LogReader {
  private readonly hasArchive: () => boolean

  constructor(
    connection: Connection,
    memo: Memo,
    at: { now: number; head: number },
    hasArchive: () => boolean,
  ) {
    super(connection, memo, at)
    this.hasArchive = hasArchive
  }

  override load<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    id: string,
  ): Awaitable<Entity<S, E> | undefined> {
    return after(super.load(def, id), (entity) => this.here(entity, looksLikeId(id)))
  }

  override loadNo<S extends object, E extends DomainEvent>(
    def: StreamDef<S, E>,
    no: number,
  ): Awaitable<Entity<S, E> | undefined> {
    return after(super.loadNo(def, no), (entity) => this.here(entity, true))
  }

  override event(seq: number): Awaitable<ReadEvent | undefined> {
    return after(super.event(seq), (event) => this.mayBeMissing(event, true))
  }

  private here<S extends object, E extends DomainEvent>(
    entity: Entity<S, E> | undefined,
    isSought: boolean,
  ): Entity<S, E> | undefined {
    if (entity?.def.archived?.(entity.state)) throw elsewhere
    return this.mayBeMissing(entity, isSought)
  }

  private mayBeMissing<T>(found: T | undefined, isSought: boolean): T | undefined {
    if (found === undefined && isSought && this.hasArchive()) throw elsewhere
    return found
  }
}
