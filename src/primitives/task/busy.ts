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
    .select(['no', 'id', 'worker'])
    .where('run', '=', p.run)
    .where('status', '=', 'claimed')
    .orderBy('order_key')
    .limit(p.limit),
)

/** Agents that hold claims, each with the ids of its tasks; of the first 200 claimed tasks. */
export const busyIn = async (
  db: Reader,
  run: number,
  past?: Past,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const busy = new Map<string, string[]>()
  const add = (agent: string | null, task: string) => {
    if (agent === null) return
    const tasks = busy.get(agent)
    if (tasks) tasks.push(task)
    else busy.set(agent, [task])
  }
  for (const { no, id, worker } of await db.all(claimed, { run, limit: most }))
    if (!past?.differs.has(no)) add(worker, id)
  for (const { entity, was } of past?.differs.values() ?? []) {
    const state = entity.def === taskStream ? (was as TaskState | undefined) : undefined
    if (state?.status === 'claimed') add(state.by, entity.id)
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
