import type { Awaitable, Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Past } from '../history/as-of.ts'
import { type TaskTables, taskStream } from './rows.ts'
import type { TaskState } from './state.ts'

/** A task that may belong into a list: what can be told without reading its state. */
export interface Candidate {
  readonly no: number
  /** Its place in the list's order. */
  readonly place: number
  readonly status: string
  readonly priority: string
  readonly worker: string | null
  readonly parent: string | null
  /** Its state at the moment that the list is of, when that was different from now. */
  readonly was?: TaskState
}

/** Where candidates come from. With a status they stand in the order of `order_key`, else in that of birth. */
export interface Source {
  readonly run: number
  readonly status: string | undefined
  readonly parent: string | undefined
  readonly past: Past | undefined
}

export const orderOf = ({ status, parent }: Source): 'key' | 'no' =>
  status !== undefined && parent === undefined ? 'key' : 'no'

const columns = ['no', 'status', 'priority', 'worker', 'parent', 'order_key'] as const

const inStatus = statement<TaskTables, { run: number; status: string; after: number; limit: number }>()(
  (db, p) =>
    db
      .selectFrom('task')
      .select(columns)
      .where('run', '=', p.run)
      .where('status', '=', p.status)
      .where('order_key', '>', p.after)
      .orderBy('order_key')
      .limit(p.limit),
)
const inRun = statement<TaskTables, { run: number; after: number; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(columns)
    .where('run', '=', p.run)
    .where('no', '>', p.after)
    .where('status', '!=', 'undone')
    .orderBy('no')
    .limit(p.limit),
)
const underParent = statement<TaskTables, { parent: string; after: number; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(columns)
    .where('parent', '=', p.parent)
    .where('no', '>', p.after)
    .where('status', '!=', 'undone')
    .orderBy('no')
    .limit(p.limit),
)

type Row = Pick<TaskTables['task'], (typeof columns)[number]>

const page = (
  db: Reader,
  { run, status, parent }: Source,
  after: number,
  limit: number,
): Awaitable<readonly Row[]> => {
  if (parent !== undefined) return db.all(underParent, { parent, after, limit })
  return status === undefined
    ? db.all(inRun, { run, after, limit })
    : db.all(inStatus, { run, status, after, limit })
}

/** Candidates in order, complete up to the place `through`; undefined when there are no more after them. */
export interface Page {
  readonly found: readonly Candidate[]
  readonly through: number | undefined
}

/**
 * The next candidates after a place: about `limit`. Those that were different at the moment of a past stand where
 * they stood then.
 */
export const candidates = async (db: Reader, source: Source, after: number, limit: number): Promise<Page> => {
  const order = orderOf(source)
  const place = (row: Row) => (order === 'key' ? row.order_key : row.no)
  const rows = await page(db, source, after, limit)
  const now = rows.map((row) => ({ ...row, place: place(row) }))
  const through = now.length < limit ? undefined : now.at(-1)?.place
  const { past } = source
  if (!past) return { found: now, through }
  const then: Candidate[] = []
  for (const { entity, was } of past.differs.values()) {
    if (entity.def !== taskStream || !was) continue
    const state = was as TaskState
    const row = { no: entity.no, ...(taskStream.columns(state) as Omit<Row, 'no'>) }
    const at = { ...row, place: place(row) }
    if (at.place <= after || at.place > (through ?? at.place) || !belongs(source, at)) continue
    then.push({ ...at, was: state })
  }
  const unchanged = now.filter(({ no }) => !past.differs.has(no))
  return { found: [...unchanged, ...then].sort((a, b) => a.place - b.place), through }
}

const belongs = ({ status, parent }: Source, candidate: Candidate): boolean =>
  candidate.status !== 'undone' &&
  (parent === undefined || candidate.parent === parent) &&
  (status === undefined || candidate.status === status)
