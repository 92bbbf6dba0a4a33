import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { agentAndRun, theAgent } from '../agent/find.ts'
import { type Run, type Speaker, theRun } from '../run/find.ts'
import { type Task, taskAndRun, theTask } from './find.ts'
import { addressedTo, countAddressedTo, heldBy } from './held.ts'
import { type TaskTables, taskStream } from './rows.ts'
import { hasEnded } from './state.ts'

/** Whose answers are awaited: of some tasks, of some agents, or (neither) of the whole run. */
export interface Awaited {
  /** The run's number and id. */
  readonly run: number
  readonly run_id: string
  /** Stream numbers of the tasks. */
  readonly tasks?: readonly number[]
  /** Ids of the agents. */
  readonly agents?: readonly string[]
}

/** Resolves what a call names. All must belong to one run. */
export const awaitedBy = async (
  db: Reader,
  asked: {
    readonly run_id?: string | undefined
    readonly task_ids?: readonly string[] | undefined
    readonly agent_ids?: readonly string[] | undefined
    readonly speaker: Speaker
  },
): Promise<Awaited> => {
  const { run_id, task_ids = [], agent_ids = [], speaker } = asked
  const [firstTask] = task_ids
  const [firstAgent] = agent_ids
  let run: Run
  if (firstTask !== undefined) run = (await taskAndRun(db, firstTask, run_id, speaker)).run
  else if (firstAgent !== undefined) run = (await agentAndRun(db, firstAgent, run_id, speaker)).run
  else run = await theRun(db, run_id, speaker)
  const tasks = new Set<number>()
  for (const handle of task_ids) tasks.add((await theTask(db, run.no, handle)).no)
  const agents = new Set<string>()
  for (const handle of agent_ids) agents.add((await theAgent(db, run.no, handle)).id)
  const whose = { run: run.no, run_id: run.id }
  if (tasks.size > 0) return { ...whose, tasks: [...tasks] }
  return agents.size > 0 ? { ...whose, agents: [...agents] } : whose
}

/** A task that has ended, and the seq of its end. */
export interface Ended {
  readonly no: number
  readonly seq: number
}

/** Ended tasks in the order of their end: all of those awaited up to `through`. */
export interface EndedPage {
  readonly found: readonly Ended[]
  readonly through: number
  /** False when there may be more after `through`. */
  readonly complete: boolean
}

const endedIn = statement<TaskTables, { run: number; status: string; after: number; limit: number }>()(
  (db, p) =>
    db
      .selectFrom('task')
      .select(['no', 'order_key as seq', 'worker'])
      .where('run', '=', p.run)
      .where('status', '=', p.status)
      .where('order_key', '>', p.after)
      .orderBy('order_key')
      .limit(p.limit),
)

/** How many ended tasks are looked through in one read for those of some agents. */
const stride = 2_000

/** The awaited tasks that ended after a seq: at most `limit`. One index seek a status, however many there are. */
export const endedAfter = async (
  db: Reader,
  awaited: Awaited,
  after: number,
  limit: number,
): Promise<EndedPage> => {
  if (awaited.tasks) return cut(await endedAmong(db, awaited.tasks, after), { after, limit }, db.head)
  const { agents, run } = awaited
  const most = agents ? stride : limit + 1
  const rows: (Ended & { readonly worker: string | null })[] = []
  let through = Number.POSITIVE_INFINITY
  for (const status of ['done', 'failed', 'cancelled']) {
    const page = await db.all(endedIn, { run, status, after, limit: most })
    rows.push(...page)
    // Of this status nothing is known beyond the page.
    if (page.length === most) through = Math.min(through, page.at(-1)?.seq ?? through)
  }
  const known = rows.filter(({ seq }) => seq <= through).sort((a, b) => a.seq - b.seq)
  const wanted = agents ? known.filter(({ worker }) => worker !== null && agents.includes(worker)) : known
  return cut(
    wanted,
    { after, limit },
    Number.isFinite(through) ? through : db.head,
    !Number.isFinite(through),
  )
}

const cut = (
  found: readonly Ended[],
  { after, limit }: { readonly after: number; readonly limit: number },
  through: number,
  complete = true,
): EndedPage => {
  if (found.length <= limit) return { found, through, complete }
  const kept = found.slice(0, limit)
  return { found: kept, through: kept.at(-1)?.seq ?? after, complete: false }
}

const endedAmong = async (db: Reader, tasks: readonly number[], after: number): Promise<readonly Ended[]> => {
  const found: Ended[] = []
  for (const no of tasks) {
    const task = await db.loadNo(taskStream, no)
    if (task && hasEnded(task.state) && task.state.endSeq > after) found.push({ no, seq: task.state.endSeq })
  }
  return found.sort((a, b) => a.seq - b.seq)
}

/** Awaited tasks that have not ended: the first few, and how many there are. */
export interface Pending {
  readonly tasks: readonly Task[]
  readonly total: number
}

const openOf = statement<TaskTables, { run: number; status: string; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '=', p.status)
    .orderBy('order_key')
    .limit(p.limit),
)
const reviewedOf = statement<TaskTables, { run: number; agent: string }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '=', 'review')
    .where('worker', '=', p.agent)
    .where('addressee', 'is', null)
    .orderBy('order_key'),
)

/** Open statuses; first those that somebody could act on. */
const open = ['ready', 'claimed', 'review', 'blocked'] as const

/** The awaited tasks that have not ended; `limit` of them are loaded. Their number is counted, not scanned for. */
export const pendingOf = async (db: Reader, awaited: Awaited, limit: number): Promise<Pending> => {
  if (awaited.tasks) {
    const tasks: Task[] = []
    for (const no of awaited.tasks) {
      const task = await db.loadNo(taskStream, no)
      if (task && !hasEnded(task.state) && task.state.status !== 'undone') tasks.push(task)
    }
    return { tasks, total: tasks.length }
  }
  return awaited.agents
    ? pendingWith(db, awaited.run, awaited.agents, limit)
    : pendingIn(db, awaited.run, limit)
}

const pendingIn = async (db: Reader, run: number, limit: number): Promise<Pending> => {
  const scope = String(run)
  const tasks: Task[] = []
  let total = 0
  for (const status of open) {
    total += await db.tally(scope, `task.${status}`)
    if (tasks.length >= limit) continue
    for (const { no } of await db.all(openOf, { run, status, limit: limit - tasks.length })) {
      const task = await db.loadNo(taskStream, no)
      if (task) tasks.push(task)
    }
  }
  return { tasks, total }
}

/** With an agent is what is addressed to it, what it holds, and what it handed in that is under review. */
const pendingWith = async (
  db: Reader,
  run: number,
  agents: readonly string[],
  limit: number,
): Promise<Pending> => {
  const tasks = new Map<number, Task>()
  let total = 0
  for (const agent of agents) {
    const others = (await heldBy(db, agent)).filter(({ state }) => state.agent === null)
    for (const { no } of await db.all(reviewedOf, { run, agent })) {
      const task = await db.loadNo(taskStream, no)
      if (task) others.push(task)
    }
    total += (await countAddressedTo(db, agent)) + others.length
    for (const task of [...others, ...(await addressedTo(db, agent, limit))]) tasks.set(task.no, task)
  }
  return { tasks: [...tasks.values()].slice(0, limit), total }
}
