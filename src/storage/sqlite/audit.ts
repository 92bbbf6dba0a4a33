import { isDeepStrictEqual } from 'node:util'
import type Database from 'better-sqlite3'
import type { DomainEvent, EventRow, Recorded } from '../../kernel/event.ts'
import { type AnyStream, fold } from '../../kernel/stream.ts'
import { link, origin } from '../chain.ts'
import type { EntityRow } from '../entity-statements.ts'

/** A place where the file is not what its log says. */
export interface Finding {
  /** `event 17 of run 3`, `row tsk_… of task`, … */
  readonly place: string
  readonly problem: string
}

export interface Audit {
  readonly events: number
  readonly entities: Readonly<Record<string, number>>
  /** At most `mostFindings`; `found` counts them all. */
  readonly findings: readonly Finding[]
  readonly found: number
}

const mostFindings = 50

interface Folded {
  readonly def: AnyStream
  readonly id: string
  readonly run: number
  readonly version: number
  readonly lastSeq: number
  readonly state: object
}

type StoredEvent = EventRow & { readonly who: string | null }

/**
 * Reads the whole log once, in order, and with it the archive where `seeBoth` has laid the two together: every event's hash and place in its run and stream, and the state of every
 * entity folded anew. Then each projection is held against what the log says it must be. Changes nothing.
 */
export const audit = (db: Database.Database, streams: readonly AnyStream[]): Audit => {
  const findings: Finding[] = []
  let found = 0
  const report = (place: string, problem: string) => {
    found += 1
    if (findings.length < mostFindings) findings.push({ place, problem })
  }
  const log = readLog(db, streams, report)
  compareRows(db, streams, log.entities, report)
  compareTallies(db, log.tallies, report)
  compareEdges(db, log.entities, report)
  const counts: Record<string, number> = {}
  for (const { def } of log.entities.values()) counts[def.kind] = (counts[def.kind] ?? 0) + 1
  return { events: log.events, entities: counts, findings, found }
}

type Report = (place: string, problem: string) => void

interface ReadLog {
  readonly events: number
  readonly entities: ReadonlyMap<number, Folded>
  readonly tallies: ReadonlyMap<string, number>
}

const readLog = (db: Database.Database, streams: readonly AnyStream[], report: Report): ReadLog => {
  const byKind = new Map(streams.map((def) => [def.kind, def]))
  const entities = new Map<number, Folded>()
  const tallies = new Map<string, number>()
  /** Of each run, the hash of its last event so far. */
  const heads = new Map<number, string>()
  const count = (scope: string, name: string, by: number) => {
    const key = JSON.stringify([scope, name])
    tallies.set(key, (tallies.get(key) ?? 0) + by)
  }
  const all = db.prepare(
    'select event.*, actor.who from event left join actor on actor.no = event.actor order by seq',
  )
  const moved = new Map<number, number>()
  let events = 0
  let lastSeq = 0
  let lastAt = 0
  for (const row of all.iterate() as IterableIterator<StoredEvent>) {
    const place = `event ${row.seq} (${row.type}) of run ${row.run}`
    events += 1
    if (row.seq !== lastSeq + 1) report(place, `follows event ${lastSeq}: a gap in the log`)
    if (row.at < lastAt) report(place, 'is older than the event before it')
    lastSeq = row.seq
    lastAt = row.at
    const before = heads.get(row.run) ?? origin
    if (row.type === 'run.archived') compareMoved(row, moved.get(row.run) ?? 0, before, report)
    moved.set(row.run, (moved.get(row.run) ?? 0) + 1)
    const expected = link(before, { ...row, who: row.who ?? '' })
    if (row.hash !== expected) report(place, 'its hash does not fit the chain')
    heads.set(row.run, row.hash)
    const def = byKind.get(row.type.slice(0, row.type.indexOf('.')))
    if (!def) {
      report(place, 'is of a kind that this Baton does not know')
      continue
    }
    const was = entities.get(row.stream)
    // Files of schema 1 have a counter's numbers, which are smaller; either way the chain vouches for them.
    if (!was && row.stream > row.seq)
      report(place, `begins stream ${row.stream}, which is not its own number`)
    if (row.version !== (was?.version ?? 0) + 1)
      report(place, `has version ${row.version} after ${was?.version ?? 0}`)
    if (row.prev !== (was?.lastSeq ?? 0))
      report(place, `points back to ${row.prev}, not ${was?.lastSeq ?? 0}`)
    try {
      const { seq, at, run, type } = row
      const event = { seq, at, run, type, data: JSON.parse(row.data) } as Recorded<DomainEvent>
      for (const { scope, name, by } of def.measured?.(was?.state, event) ?? []) count(scope, name, by)
      const state = fold(def, was?.state, event) as object
      const id = was?.id ?? row.born ?? ''
      entities.set(row.stream, { def, id, run, version: row.version, lastSeq: seq, state })
    } catch (problem) {
      report(place, `cannot be folded: ${problem instanceof Error ? problem.message : problem}`)
    }
  }
  for (const { def, state, id, run } of entities.values())
    for (const { scope, name, by } of def.standing(state, { id, run })) count(scope, name, by)
  return { events, entities, tallies }
}

/** What a run's move to the archive says it took along, against what the two files hold. */
const compareMoved = (row: StoredEvent, events: number, head: string, report: Report): void => {
  const said = parsed(row.data) as { events?: number; head?: string } | undefined
  const place = `archive of run ${row.run}`
  if (said?.events !== events) report(place, `holds ${events} events, ${said?.events} were moved there`)
  if (said?.head !== head) report(place, 'does not end where it was moved')
}

/** As a state looks after a round through storage. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const compareRows = (
  db: Database.Database,
  streams: readonly AnyStream[],
  entities: ReadonlyMap<number, Folded>,
  report: Report,
): void => {
  const seen = new Set<number>()
  for (const def of streams) {
    const rows = db.prepare(`select * from "${def.kind}"`).iterate() as IterableIterator<
      EntityRow & Record<string, unknown>
    >
    for (const row of rows) {
      const place = `row ${row.id} of ${def.kind}`
      const folded = entities.get(row.no)
      seen.add(row.no)
      if (!folded || folded.def !== def) {
        report(place, 'has no events')
        continue
      }
      if (folded.id !== row.id) report(place, `was born as ${folded.id}`)
      if (folded.run !== row.run) report(place, `belongs to run ${folded.run}, not ${row.run}`)
      if (folded.version !== row.version || folded.lastSeq !== row.last_seq)
        report(
          place,
          `stands at version ${row.version} (event ${row.last_seq}), the log at ${folded.version} (event ${folded.lastSeq})`,
        )
      if (!isDeepStrictEqual(parsed(row.state), stored(folded.state)))
        report(place, 'its state differs from that folded from the log')
      for (const [name, value] of Object.entries(def.columns(folded.state)))
        if (row[name] !== value) report(place, `column ${name} is ${row[name]}, by the log it is ${value}`)
    }
  }
  for (const [no, { def, id }] of entities)
    if (!seen.has(no)) report(`row ${id} of ${def.kind}`, 'is missing')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const compareTallies = (
  db: Database.Database,
  expected: ReadonlyMap<string, number>,
  report: Report,
): void => {
  const left = new Map(expected)
  const rows = db.prepare('select scope, name, value from tally').all() as {
    scope: string
    name: string
    value: number
  }[]
  for (const { scope, name, value } of rows) {
    const key = JSON.stringify([scope, name])
    const should = left.get(key) ?? 0
    left.delete(key)
    // Sums of fractions (money) may differ in their last bits with the order of addition.
    if (Math.abs(should - value) > 1e-6 * Math.max(1, Math.abs(should)))
      report(`aggregate ${name} of ${scope}`, `is ${value}, by the log it is ${should}`)
  }
  for (const [key, should] of left)
    if (should !== 0) report(`aggregate ${key}`, `is missing, by the log it is ${should}`)
}

const compareEdges = (db: Database.Database, entities: ReadonlyMap<number, Folded>, report: Report): void => {
  const expected = new Set<string>()
  for (const [no, { def, state }] of entities)
    for (const target of def.edges?.(state) ?? []) expected.add(`${target} ${no}`)
  for (const { target, stream } of db.prepare('select target, stream from edge').all() as {
    target: string
    stream: number
  }[]) {
    if (!expected.delete(`${target} ${stream}`)) report(`edge ${target} → ${stream}`, 'is not in the log')
  }
  for (const edge of expected) report(`edge ${edge}`, 'is missing')
}
