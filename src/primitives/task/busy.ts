import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Past } from '../history/as-of.ts'
import { type TaskTables, taskStream } from './rows.ts'
import type { TaskState } from './state.ts'

/** The most claimed tasks that are looked at. */
const most = 200

const claimed = statement<TaskTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(['no', 'id', 'worker', 'order_key'])
    .where('run', '=', p.run)
    .where('status', '=', 'claimed')
    .orderBy('order_key')
    .limit(p.limit),
)

/** Agents that hold claims, each with the ids of its tasks, in the order of their making; of the first 200 claimed. */
export const busyIn = async (
  db: Reader,
  run: number,
  past?: Past,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = (await db.all(claimed, { run, limit: most })).filter(({ no }) => !past?.differs.has(no))
  for (const { entity, was } of past?.differs.values() ?? []) {
    const state = entity.def === taskStream ? (was as TaskState | undefined) : undefined
    if (state?.status !== 'claimed') continue
    found.push({ no: entity.no, id: entity.id, worker: state.by, order_key: state.definitionSeq })
  }
  if (past) found.sort((a, b) => a.order_key - b.order_key)
  const busy = new Map<string, string[]>()
  for (const { id, worker } of found) {
    if (worker === null) continue
    const tasks = busy.get(worker)
    if (tasks) tasks.push(id)
    else busy.set(worker, [id])
  }
  return busy
}

const workers = statement<TaskTables, { run: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select((eb) => eb.fn.count<number>('worker').distinct().as('count'))
    .where('run', '=', p.run)
    .where('status', '=', 'claimed'),
)

/** How many agents hold at least one claim now. */
export const countBusy = async (db: Reader, run: number): Promise<number> =>
  (await db.one(workers, { run }))?.count ?? 0
