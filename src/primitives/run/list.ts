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

const newest = statement<RunTables, { before: number; limit: number }>()((db, p) =>
  db
    .selectFrom('run')
    .leftJoin('run_head', 'run_head.run', 'run.no')
    .select(['run.no', 'run_head.at'])
    .where('run.no', '<', p.before)
    .orderBy('run.no', 'desc')
    .limit(p.limit),
)
const newestIn = statement<RunTables, { status: string; before: number; limit: number }>()((db, p) =>
  db
    .selectFrom('run')
    .leftJoin('run_head', 'run_head.run', 'run.no')
    .select(['run.no', 'run_head.at'])
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
  for (const { no, at: lastEventAt } of rows.slice(0, limit)) {
    const run = await db.loadNo(runStream, no)
    if (!run) continue
    const counts = await db.tallies(String(no))
    const openTasks = openStatuses.reduce((sum, one) => sum + (counts[`task.${one}`] ?? 0), 0)
    runs.push({ run, openTasks, lastEventAt: lastEventAt ?? run.state.startedAt })
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
