import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Task } from './find.ts'
import { type TaskTables, taskStream } from './rows.ts'

// The lease index holds the claimed tasks of all runs and nothing else: a few at any time.
const claimedBy = statement<TaskTables, { agent: string }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('lease_ends_at', '>', 0)
    .where('worker', '=', p.agent)
    // Not by no: SQLite would walk the whole table in that order (140 ms among 100,000) instead of this index.
    .orderBy('lease_ends_at'),
)

/** The tasks that an agent holds under a lease now. */
export const heldBy = async (db: Reader, agent: string): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  const claimed = [...(await db.all(claimedBy, { agent }))].sort((a, b) => a.no - b.no)
  for (const { no } of claimed) {
    const task = await db.loadNo(taskStream, no)
    if (task) tasks.push(task)
  }
  return tasks
}

/** Of those, the one that was claimed first. */
export const oldestHeldBy = async (db: Reader, agent: string): Promise<Task | undefined> => {
  let oldest: { readonly task: Task; readonly at: number } | undefined
  for (const task of await heldBy(db, agent)) {
    if (task.state.status !== 'claimed') continue
    const at = task.state.claimedAt
    if (!oldest || at < oldest.at) oldest = { task, at }
  }
  return oldest?.task
}

// Sorted by us: an ORDER BY no makes SQLite walk all tasks of the run (25 ms among 30,000) instead of its claimed ones.
const claimedOfRun = statement<TaskTables, { run: number }>()((db, p) =>
  db.selectFrom('task').select('no').where('run', '=', p.run).where('status', '=', 'claimed'),
)

/** The claimed tasks of a run, and who held each when this was asked. */
export const claimedIn = async (
  db: Reader,
  run: number,
): Promise<readonly (Task & { readonly was: string })[]> => {
  const tasks: (Task & { readonly was: string })[] = []
  const claimed = [...(await db.all(claimedOfRun, { run }))].sort((a, b) => a.no - b.no)
  for (const { no } of claimed) {
    const task = await db.loadNo(taskStream, no)
    if (task?.state.status === 'claimed') tasks.push(Object.assign(task, { was: task.state.by }))
  }
  return tasks
}

const addressedOpen = statement<TaskTables, { agent: string; limit: number }>()((db, p) =>
  db.selectFrom('task').select('no').where('addressee', '=', p.agent).orderBy('no').limit(p.limit),
)
const addressedCount = statement<TaskTables, { agent: string }>()((db, p) =>
  db
    .selectFrom('task')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('addressee', '=', p.agent),
)

/** The open tasks that only this agent may take. */
export const addressedTo = async (
  db: Reader,
  agent: string,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  for (const { no } of await db.all(addressedOpen, { agent, limit })) {
    const task = await db.loadNo(taskStream, no)
    if (task) tasks.push(task)
  }
  return tasks
}

/** How many there are. */
export const countAddressedTo = async (db: Reader, agent: string): Promise<number> =>
  (await db.one(addressedCount, { agent }))?.count ?? 0
