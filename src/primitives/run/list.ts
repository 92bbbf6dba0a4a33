import type { ExpressionBuilder } from 'kysely'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { openStatuses } from '../task/state.ts'
import type { Run } from './find.ts'
import { type RunTables, runStream } from './rows.ts'
import { isArchived, type RunState } from './state.ts'

export interface ListedRun {
  readonly run: Run
  /** Tasks that have not ended. */
  readonly openTasks: number
  /** Epoch ms. */
  readonly lastEventAt: number
}

export interface RunList {
  readonly runs: readonly ListedRun[]
  readonly next: number | undefined
}

/**
 * The moment of a run's last event: one seek in the log's index. A run's own row and its last event are never in the
 * archive, so they are read where they are (`main`): over both files the events of all runs would be sorted.
 */
const lastEventAt = (eb: ExpressionBuilder<RunTables, 'run'>) =>
  eb
    .selectFrom('event')
    .select('event.at')
    .whereRef('event.run', '=', 'run.no')
    .orderBy('event.seq', 'desc')
    .limit(1)

const newest = statement<RunTables, { before: number; limit: number }>()((db, p) =>
  db
    .withSchema('main')
    .selectFrom('run')
    .select((eb) => ['run.no', lastEventAt(eb).as('at')])
    .where('run.no', '<', p.before)
    .orderBy('run.no', 'desc')
    .limit(p.limit),
)
const newestIn = statement<RunTables, { status: string; before: number; limit: number }>()((db, p) =>
  db
    .withSchema('main')
    .selectFrom('run')
    .select((eb) => ['run.no', lastEventAt(eb).as('at')])
    .where('run.status', '=', p.status)
    .where('run.no', '<', p.before)
    .orderBy('run.no', 'desc')
    .limit(p.limit),
)

/** Runs, the one opened last first. `before`: the `next` of an earlier answer. */
export const listRuns = async (
  db: Reader,
  query: {
    readonly status?: RunState['status'] | undefined
    readonly limit: number
    readonly before?: number | undefined
  },
): Promise<RunList> => {
  const { status, limit, before = Number.MAX_SAFE_INTEGER } = query
  const at = { before, limit: limit + 1 }
  const rows = await (status === undefined ? db.all(newest, at) : db.all(newestIn, { ...at, status }))
  const runs: ListedRun[] = []
  for (const { no, at } of rows.slice(0, limit)) {
    const run = await db.loadNo(runStream, no)
    if (!run) continue
    const counts = await db.tallies(String(no))
    const openTasks = openStatuses.reduce((sum, one) => sum + (counts[`task.${one}`] ?? 0), 0)
    runs.push({ run, openTasks, lastEventAt: at ?? run.state.startedAt })
  }
  return { runs, next: rows.length > limit ? rows[limit - 1]?.no : undefined }
}

const endedRuns = statement<RunTables>()((db) =>
  db.selectFrom('run').select('no').where('status', '!=', 'open').orderBy('no'),
)

/** Ids of the runs that ended before a moment, epoch ms, and were not archived yet, oldest first. */
export const archivable = async (db: Reader, before: number): Promise<readonly string[]> => {
  const found: string[] = []
  for (const { no } of await db.all(endedRuns, {})) {
    const run = await db.loadNo(runStream, no)
    if (!run || run.state.status === 'open' || isArchived(run.state)) continue
    if (run.state.endedAt <= before) found.push(run.id)
  }
  return found
}
