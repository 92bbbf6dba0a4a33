import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Task } from './find.ts'
import { type TaskTables, taskStream } from './rows.ts'

// The lease index holds the claimed tasks of all runs and nothing else: a few at any time.
const claimedBy = statement<TaskTables, { agent: string }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('lease_ends_at', 'is not', null)
    .where('worker', '=', p.agent)
    .orderBy('no'),
)

/** The tasks that an agent holds under a lease now. */
export const heldBy = async (db: Reader, agent: string): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  for (const { no } of await db.all(claimedBy, { agent })) {
    const task = await db.loadNo(taskStream, no)
    if (task) tasks.push(task)
  }
  return tasks
}

const claimedOfRun = statement<TaskTables, { run: number }>()((db, p) =>
  db.selectFrom('task').select('no').where('run', '=', p.run).where('status', '=', 'claimed').orderBy('no'),
)

/** The claimed tasks of a run, and who held each when this was asked. */
export const claimedIn = async (
  db: Reader,
  run: number,
): Promise<readonly (Task & { readonly was: string })[]> => {
  const tasks: (Task & { readonly was: string })[] = []
  for (const { no } of await db.all(claimedOfRun, { run })) {
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
