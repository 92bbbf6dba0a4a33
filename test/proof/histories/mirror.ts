import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import type { DomainEvent, EventRow, Recorded } from '../../../src/kernel/event.ts'
import { type AnyStream, fold } from '../../../src/kernel/stream.ts'
import { streams } from '../../../src/primitives/index.ts'

/** The state of any entity; what is read of it is checked by whoever reads. */
// biome-ignore lint/suspicious/noExplicitAny: states of all kinds, as the log folds them
export type State = Record<string, any>

/** An event with the states of its entity around it. */
export interface Step {
  readonly event: Recorded<DomainEvent> & { readonly data: State }
  readonly kind: string
  readonly id: string
  readonly no: number
  readonly before: State | undefined
  readonly after: State
}

/** One entity with every state that it ever had. */
export interface Life {
  readonly def: AnyStream
  readonly no: number
  readonly id: string
  readonly run: number
  /** Oldest first. */
  readonly states: { readonly seq: number; readonly state: State }[]
}

/** The newest state of an entity at a position of the log, or undefined before its birth. */
export const stateAt = ({ states }: Life, seq: number): State | undefined =>
  states.findLast((one) => one.seq <= seq)?.state

/** The state of an entity now. */
export const stateOf = ({ states }: Life): State => states.at(-1)?.state ?? {}

const byKind = new Map(streams.map((def) => [def.kind, def]))

/**
 * A second opinion on the file: it keeps every event as it first saw it and every state that an entity had, reads the
 * log as it grows, and compares each row that a command has touched with the states folded here.
 */
export class Mirror {
  readonly lives = new Map<number, Life>()
  readonly byId = new Map<string, Life>()
  head = 0
  private readonly db: Database.Database
  private readonly statements = new Map<string, Database.Statement>()

  constructor(file: string) {
    this.db = new Database(file, { timeout: 5_000 })
    this.db.exec("attach ':memory:' as kept")
    this.db.exec('create table kept.event as select * from main.event')
  }

  close(): void {
    this.db.close()
  }

  private sql(text: string): Database.Statement {
    const known = this.statements.get(text)
    if (known) return known
    const made = this.db.prepare(text)
    this.statements.set(text, made)
    return made
  }

  /** Reads what is new. Answers the steps, and what is wrong with them or with the rows that they moved. */
  advance(): { readonly steps: readonly Step[]; readonly faults: readonly string[] } {
    const rows = this.sql('select * from main.event where seq > ? order by seq').all(this.head) as EventRow[]
    if (rows.length === 0) return { steps: [], faults: [] }
    this.sql('insert into kept.event select * from main.event where seq > ?').run(this.head)
    const steps = rows.map((row) => this.follow(row))
    const touched = new Set(rows.map((row) => row.stream))
    const faults = [...touched].flatMap((no) => this.compare(this.lives.get(no) as Life))
    return { steps, faults }
  }

  private follow(row: EventRow): Step {
    const { seq, run, at, type } = row
    const kind = type.slice(0, type.indexOf('.'))
    const known = this.lives.get(row.stream)
    const def = byKind.get(kind) as AnyStream
    const event = { seq, run, at, type, data: JSON.parse(row.data) }
    const life = known ?? { def, no: row.stream, id: row.born ?? '', run, states: [] }
    const before = life.states.at(-1)?.state
    const after = fold(def, before, event) as State
    life.states.push({ seq, state: after })
    if (!known) {
      this.lives.set(life.no, life)
      this.byId.set(life.id, life)
    }
    this.head = seq
    return { event, kind, id: life.id, no: life.no, before, after }
  }

  /** Replay = rows, for one entity. */
  private compare({ def, no, id, states }: Life): string[] {
    const row = this.sql(`select * from main."${def.kind}" where no = ?`).get(no) as State | undefined
    const { seq, state } = states.at(-1) as { seq: number; state: State }
    if (!row) return [`${id} has no row`]
    const found: string[] = []
    if (row.id !== id || row.last_seq !== seq || row.version !== states.length)
      found.push(`the row of ${id} stands at event ${row.last_seq}, its log at ${seq}`)
    // Most rows are the very same text; only where not, order and absence of fields are looked through.
    const text = JSON.stringify(state)
    if (row.state !== text && !isDeepStrictEqual(JSON.parse(row.state), JSON.parse(text)))
      found.push(`the row of ${id} holds ${row.state}, its log says ${text}`)
    for (const [name, value] of Object.entries(def.columns(state)))
      if (row[name] !== value) found.push(`column ${name} of ${id} is ${row[name]}, its log says ${value}`)
    return found
  }

  /** Aggregates that stand for what is now, counted anew and compared with those stored. */
  compareTallies(): readonly string[] {
    const expected = new Map<string, number>()
    for (const life of this.lives.values())
      for (const { scope, name, by } of life.def.standing(stateOf(life), life))
        expected.set(`${scope} ${name}`, (expected.get(`${scope} ${name}`) ?? 0) + by)
    const rows = this.sql('select scope, name, value from main.tally').all() as State[]
    const stands = (name: string) => name.startsWith('task.') || name === 'agents' || name === 'claimed'
    return rows
      .filter(({ scope, name, value }) => stands(name) && (expected.get(`${scope} ${name}`) ?? 0) !== value)
      .map(({ scope, name, value }) => `${name} of ${scope} is ${value} in the file`)
  }

  /** How many of the events seen so far are gone or are no longer what they were. */
  lost(): number {
    const same = [
      'run',
      'stream',
      'version',
      'prev',
      'born',
      'type',
      'actor',
      'correlation',
      'at',
      'hash',
      'data',
    ]
      .map((column) => `e.${column} is k.${column}`)
      .join(' and ')
    return (
      this.sql(
        `select count(*) as n from kept.event k left join main.event e on e.seq = k.seq where not (e.seq is not null and ${same})`,
      ).get() as { n: number }
    ).n
  }

  /** What a query of the storage must come to, asked of the file itself. */
  rows(text: string, ...values: readonly unknown[]): readonly State[] {
    return this.sql(text).all(...values) as State[]
  }
}
