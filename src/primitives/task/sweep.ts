import type { Reader, Tx } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { type Orchestration, overdue } from '../orchestration/find.ts'
import { runByNo } from '../run/find.ts'
import { cancelTree } from './cancel-tree.ts'
import { follow } from './consequences.ts'
import { decideLeaseEnd } from './decide/reporting.ts'
import type { Task } from './find.ts'
import { askOfAgent } from './people.ts'
import { type TaskTables, taskStream } from './rows.ts'
import { hasEnded } from './state.ts'

/** The most tasks that one sweep moves: bounds how long it holds the lock. */
const most = 100

const endedLeases = statement<TaskTables, { now: number; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('lease_ends_at', 'is not', null)
    .where('lease_ends_at', '<=', p.now)
    .orderBy('lease_ends_at')
    .limit(p.limit),
)
const dueRetries = statement<TaskTables, { now: number; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('retry_at', 'is not', null)
    .where('retry_at', '<=', p.now)
    .orderBy('retry_at')
    .limit(p.limit),
)

/** True when time has changed something that nobody has written down yet. */
export const isDue = async (db: Reader): Promise<boolean> => {
  const at = { now: db.now, limit: 1 }
  return (
    (await db.one(endedLeases, at)) !== undefined ||
    (await db.one(dueRetries, at)) !== undefined ||
    (await overdue(db, 1)).length > 0
  )
}

const firstLeaseEnds = statement<TaskTables, { limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(['run', 'lease_ends_at as at'])
    .where('lease_ends_at', 'is not', null)
    .orderBy('lease_ends_at')
    .limit(p.limit),
)
const firstRetries = statement<TaskTables, { limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select(['run', 'retry_at as at'])
    .where('retry_at', 'is not', null)
    .orderBy('retry_at')
    .limit(p.limit),
)
const looked = 50

/**
 * The moment at which time will next change a task of this run, epoch ms; undefined when none is under way. Where
 * many tasks of other runs come first, an earlier moment: to select by run would give the planner the wrong index.
 */
export const nextDue = async (db: Reader, run: number): Promise<number | undefined> => {
  const moments: number[] = []
  for (const soonest of [firstLeaseEnds, firstRetries]) {
    const rows = await db.all(soonest, { limit: looked })
    const own = rows.find((row) => row.run === run) ?? (rows.length === looked ? rows.at(-1) : undefined)
    if (own) moments.push(Number(own.at))
  }
  return moments.length > 0 ? Math.min(...moments) : undefined
}

/** Writes down what time has done: leases that ended, retries that fell due. Answers how many tasks moved. */
export const sweep = async (tx: Tx): Promise<number> => {
  const at = { now: tx.now, limit: most }
  const ended = await tx.all(endedLeases, at)
  for (const { no } of ended) {
    const task = await tx.loadNo(taskStream, no)
    if (!task) continue
    const watched = task.state.status === 'claimed' && task.state.nth !== undefined
    await tx.append(task, decideLeaseEnd(task.state, tx.now))
    if (task.state.status === 'failed') await follow(tx, await runByNo(tx, task.run), task)
    else if (watched) await askOfAgent(tx, await runByNo(tx, task.run), task)
  }
  const due = await tx.all(dueRetries, at)
  for (const { no } of due) {
    const task = await tx.loadNo(taskStream, no)
    if (task) await tx.append(task, [{ type: 'task.retry_due', data: {} }])
  }
  const late = await overdue(tx, most)
  for (const one of late) await timeOut(tx, one)
  return ended.length + due.length + late.length
}

/** The time of an orchestration is over: what is left of it is cancelled, what is done stays. */
const timeOut = async (tx: Tx, one: Orchestration): Promise<void> => {
  const run = await runByNo(tx, one.run)
  const open: Task[] = []
  for (const { task_id } of one.state.steps) {
    const task = await tx.load(taskStream, task_id)
    if (task && !hasEnded(task.state) && task.state.status !== 'undone') open.push(task)
  }
  await tx.append(one, [{ type: 'orchestration.timed_out', data: { open: open.map(({ id }) => id) } }])
  for (const task of open) await cancelTree(tx, run, task, `the time of ${one.id} is over`)
}
