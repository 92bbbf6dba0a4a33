import { type Statement, statement } from '../kernel/statement.ts'
import type { AnyStream, Columns } from '../kernel/stream.ts'

/** What every entity row holds beside its selected columns. */
export interface EntityRow {
  readonly no: number
  readonly id: string
  readonly run: number
  readonly version: number
  readonly last_seq: number
  readonly state: string
}

type Tables = Record<string, EntityRow & Record<string, unknown>>
type Values = EntityRow & Record<string, string | number | null>
type Moved = Omit<EntityRow, 'id' | 'run'> & Record<string, string | number | null>

const rowColumns = ['no', 'id', 'run', 'version', 'last_seq', 'state'] as const

/** Load, insert and update of one kind's rows. */
class EntityStatements {
  private readonly def: AnyStream
  private readonly updates = new Map<number, Statement<Moved, unknown>>()
  readonly byId: Statement<Pick<EntityRow, 'id'>, EntityRow>
  readonly byNo: Statement<Pick<EntityRow, 'no'>, EntityRow>
  readonly insert: Statement<Values, unknown>

  constructor(def: AnyStream) {
    const { kind } = def
    this.def = def
    this.byId = statement<Tables, { id: string }>()((db, p) =>
      db.selectFrom(kind).select(rowColumns).where('id', '=', p.id),
    )
    this.byNo = statement<Tables, { no: number }>()((db, p) =>
      db.selectFrom(kind).select(rowColumns).where('no', '=', p.no),
    )
    this.insert = statement<Tables, Values>()((db, p) =>
      db
        .insertInto(kind)
        .values(Object.fromEntries([...rowColumns, ...def.columnNames].map((c) => [c, p[c]])) as never),
    )
  }

  /**
   * The update that sets only the selected columns that differ: SQLite rewrites each index of which a column is set,
   * whether or not its value changes.
   */
  update(before: Columns, now: Columns): Statement<Moved, unknown> {
    const { kind, columnNames } = this.def
    // A bit a column: a kind has far fewer than the 53 that a number can hold.
    const mask = columnNames.reduce((sum, c, i) => (before[c] === now[c] ? sum : sum + 2 ** i), 0)
    const known = this.updates.get(mask)
    if (known) return known
    const set = ['version', 'last_seq', 'state', ...columnNames.filter((c) => before[c] !== now[c])]
    const made = statement<Tables, Moved>()((db, p) =>
      db
        .updateTable(kind)
        .set(Object.fromEntries(set.map((c) => [c, p[c]])) as never)
        .where('no', '=', p.no),
    )
    this.updates.set(mask, made)
    return made
  }
}

const known = new WeakMap<AnyStream, EntityStatements>()

export const rowsOf = (def: AnyStream): EntityStatements => {
  const found = known.get(def)
  if (found) return found
  const made = new EntityStatements(def)
  known.set(def, made)
  return made
}
