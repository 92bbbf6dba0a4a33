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

// Who has done it stands in `worker` while it is under review; that is the one it was addressed to.
const addressedIn = statement<TaskTables, { run: number; agent: string }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('run', '=', p.run)
    .where('status', 'in', ['blocked', 'ready', 'claimed', 'review'])
    .where('worker', '=', p.agent)
    .orderBy('no'),
)

/** The open tasks of a run that only this agent may take. */
export const addressedTo = async (db: Reader, run: number, agent: string): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  for (const { no } of await db.all(addressedIn, { run, agent })) {
    const task = await db.loadNo(taskStream, no)
    if (task?.state.agent === agent) tasks.push(task)
  }
  return tasks
}
