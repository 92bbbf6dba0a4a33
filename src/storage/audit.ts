import { isDeepStrictEqual } from 'node:util'
import type { DomainEvent, EventRow, Recorded } from '../kernel/event.ts'
import { type AnyEntity, type AnyStream, fold, type Tally } from '../kernel/stream.ts'
import { link, origin } from './chain.ts'
import { type EntityRow, rowsOf } from './entity-statements.ts'
import { tallyKey } from './layer.ts'
import { eventsFrom, everyEdge, everyRunHead, everyTally, readHead } from './log-statements.ts'
import type { Connection } from './reader.ts'

/** How many rows are read at a time. */
const page = 1_000
/** After so many findings the rest would say nothing new. */
const most = 100

type StoredEvent = EventRow & { readonly who: string | null }

const sameHash = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/**
 * Reads the whole log, follows every run's hash chain, folds every stream, and holds the rows, tallies and edges
 * against what they should be. Answers what does not fit, one sentence each; empty when all is well. SQLite's own
 * integrity check sees only 6 of 10 flipped bits; this sees each one in an event.
 */
export class Audit {
  private readonly connection: Connection
  private readonly streams: ReadonlyMap<string, AnyStream>
  private readonly entities = new Map<number, AnyEntity>()
  private readonly hashes = new Map<number, Uint8Array>()
  private readonly tallies = new Map<string, number>()
  private readonly edges = new Set<string>()
  private readonly findings: string[] = []

  constructor(connection: Connection, streams: readonly AnyStream[]) {
    this.connection = connection
    this.streams = new Map(streams.map((def) => [def.kind, def]))
  }

  async run(): Promise<readonly string[]> {
    const last = await this.readLog()
    const head = await this.connection.one(readHead, {})
    if (head?.seq !== last) this.find(`the head is ${head?.seq}, the newest event ${last}`)
    for (const { run, hash } of await this.connection.all(everyRunHead, {})) {
      const followed = this.hashes.get(run)
      if (!followed || !sameHash(hash, followed)) this.find(`run ${run}: the chain does not end in its head`)
      this.hashes.delete(run)
    }
    for (const run of this.hashes.keys()) this.find(`run ${run} has no head`)
    for (const def of this.streams.values()) await this.compareRows(def)
    for (const entity of this.entities.values()) this.find(`${entity.id} has events but no row`)
    await this.compareEdges()
    await this.compareTallies()
    return this.findings
  }

  private find(what: string): void {
    if (this.findings.length < most) this.findings.push(what)
  }

  private async readLog(): Promise<number> {
    let last: StoredEvent | undefined
    for (;;) {
      const events = await this.connection.all(eventsFrom, { seq: last?.seq ?? 0, limit: page })
      if (events.length === 0) return last?.seq ?? 0
      for (const event of events) {
        if (event.seq !== (last?.seq ?? 0) + 1) this.find(`event ${event.seq} follows ${last?.seq ?? 0}`)
        if (last && event.at < last.at) this.find(`event ${event.seq} is older than the one before it`)
        this.follow(event)
        this.apply(event)
        last = event
      }
    }
  }

  private follow(event: StoredEvent): void {
    const { run, seq, hash } = event
    const expected = link(this.hashes.get(run) ?? origin, { ...event, who: event.who ?? '' })
    if (!sameHash(hash, expected)) this.find(`event ${seq} of run ${run} is not what was written`)
    // On with what is stored, so that one changed event is one finding.
    this.hashes.set(run, hash)
  }

  private apply(event: StoredEvent): void {
    const { seq, stream, run, type, at } = event
    const def = this.streams.get(type.slice(0, type.lastIndexOf('.')))
    if (!def) {
      this.find(`event ${seq} is of an unknown kind: ${type}`)
      return
    }
    const entity = this.entities.get(stream) ?? this.born(def, event)
    if (event.version !== entity.version + 1 || event.prev !== entity.lastSeq)
      this.find(`event ${seq} does not follow its stream's last one`)
    try {
      const recorded = { type, data: JSON.parse(event.data), seq, run, at } as Recorded<DomainEvent>
      for (const tally of def.measured?.(entity.state, recorded) ?? []) this.count(tally)
      entity.state = fold(def, entity.state, recorded)
    } catch {
      this.find(`event ${seq} cannot be read`)
    }
    entity.version = event.version
    entity.lastSeq = seq
  }

  private born(def: AnyStream, { stream: no, run, born }: StoredEvent): AnyEntity {
    const entity: AnyEntity = { def, no, id: born ?? '', run, version: 0, lastSeq: 0, state: undefined }
    this.entities.set(no, entity)
    return entity
  }

  private count({ scope, name, by }: Tally): void {
    const key = tallyKey(scope, name)
    this.tallies.set(key, (this.tallies.get(key) ?? 0) + by)
  }

  private async compareRows(def: AnyStream): Promise<void> {
    for (let no = 0; ; ) {
      const rows = await this.connection.all(rowsOf(def).from, { no, limit: page })
      if (rows.length === 0) return
      for (const row of rows) this.compare(def, row)
      no = rows.at(-1)?.no ?? 0
    }
  }

  private compare(def: AnyStream, row: EntityRow & Record<string, unknown>): void {
    const entity = this.entities.get(row.no)
    if (entity?.def !== def) {
      this.find(`${row.id} has a row but no events`)
      return
    }
    this.entities.delete(row.no)
    const { state } = entity
    const columns = def.columns(state)
    const same =
      row.id === entity.id &&
      row.run === entity.run &&
      row.version === entity.version &&
      row.last_seq === entity.lastSeq &&
      isDeepStrictEqual(JSON.parse(row.state), JSON.parse(JSON.stringify(state))) &&
      def.columnNames.every((name) => row[name] === columns[name])
    if (!same) this.find(`the row of ${row.id} is not what its events make of it`)
    for (const tally of def.standing(state, entity)) this.count(tally)
    for (const target of def.edges?.(state) ?? []) this.edges.add(`${target} ${row.no}`)
  }

  private async compareEdges(): Promise<void> {
    for (const { target, stream } of await this.connection.all(everyEdge, {})) {
      if (!this.edges.delete(`${target} ${stream}`))
        this.find(`the edge ${target} of stream ${stream} follows from no state`)
    }
    for (const edge of this.edges) this.find(`the edge ${edge} is missing`)
  }

  private async compareTallies(): Promise<void> {
    for (const { scope, name, value } of await this.connection.all(everyTally, {})) {
      const key = tallyKey(scope, name)
      const expected = this.tallies.get(key) ?? 0
      // Money is summed in another order here, so the last digits may differ.
      const off = Math.abs(value - expected) > 1e-9 * Math.max(1, Math.abs(expected))
      if (off) this.find(`the tally ${name} of ${scope} is ${value}; its events make ${expected}`)
      this.tallies.delete(key)
    }
    for (const [key, value] of this.tallies) if (value !== 0) this.find(`the tally ${key} is missing`)
  }
}
