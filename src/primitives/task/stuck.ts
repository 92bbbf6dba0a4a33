import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { abilityNames } from '../agent/abilities.ts'
import type { Agent } from '../agent/find.ts'
import { satisfied } from '../capability/graph.ts'
import { vocabulary } from '../capability/vocabulary.ts'
import { dependentsOf } from './consequences.ts'
import { type TaskTables, taskStream } from './rows.ts'

/** The most of each kind that is reported, and the most rows that are looked at for it. */
const most = { reported: 3, lanes: 200, failed: 20 } as const

const lanesOf = statement<TaskTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('lane')
    .select(['lane', 'agent', 'except', 'requires'])
    .where('run', '=', p.run)
    .limit(p.limit),
)
const headOf = statement<TaskTables, { lane: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('id')
    .where('lane', '=', p.lane)
    .where('serve_key', 'is not', null)
    .orderBy('serve_key')
    .limit(1),
)

/** A ready task that no agent of its run may take, and what stands in the way. */
export interface Unserved {
  readonly task: string
  readonly agent: string | null
  readonly except: string | null
  readonly requires: readonly string[]
}

/** Whether anything can be claimed now, and ready tasks that none of these agents may take. */
export const claimable = async (
  db: Reader,
  run: number,
  agents: readonly Agent[],
): Promise<{ readonly any: boolean; readonly unserved: readonly Unserved[] }> => {
  const { graph } = await vocabulary(db)
  const holders: { readonly id: string; readonly held: ReadonlySet<string> }[] = []
  for (const agent of agents)
    holders.push({ id: agent.id, held: satisfied(graph, await abilityNames(db, agent)) })
  const unserved: Unserved[] = []
  let any = false
  for (const { lane, agent, except, requires: list } of await db.all(lanesOf, { run, limit: most.lanes })) {
    const head = await db.one(headOf, { lane })
    if (!head) continue
    const requires = JSON.parse(list) as string[]
    const served = holders.some(
      ({ id, held }) => (agent ?? id) === id && id !== except && requires.every((name) => held.has(name)),
    )
    any ||= served
    if (!served && unserved.length < most.reported) unserved.push({ task: head.id, agent, except, requires })
  }
  return { any, unserved }
}

const newestIn = statement<TaskTables, { run: number; status: string; limit: number }>()((db, p) =>
  db
    .selectFrom('task')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '=', p.status)
    .orderBy('order_key', 'desc')
    .limit(p.limit),
)

/** A failed task, for how many others wait for it, and the proposal that it decided, if it was a vote. */
export interface InTheWay {
  readonly task: string
  readonly waiting: number
  readonly decides?: string
}

/** Failed tasks for which others wait. */
export const failedInTheWay = async (db: Reader, run: number): Promise<readonly InTheWay[]> => {
  const found: InTheWay[] = []
  for (const { no } of await db.all(newestIn, { run, status: 'failed', limit: most.failed })) {
    if (found.length === most.reported) break
    const task = await db.loadNo(taskStream, no)
    if (!task) continue
    const waiting = (await dependentsOf(db, task.id)).filter(({ state }) => state.status === 'blocked').length
    const { decides } = task.state
    if (waiting > 0) found.push({ task: task.id, waiting, ...(decides !== undefined && { decides }) })
  }
  return found
}

/** A task in review, one of the reviews that it waits for, and who is at it. */
export interface InReview {
  readonly task: string
  readonly review: string
  readonly status: string
  readonly by: string | null
  /** Who may not review it. */
  readonly author: string | null
}

export const inReview = async (db: Reader, run: number): Promise<readonly InReview[]> => {
  const found: InReview[] = []
  for (const { no } of await db.all(newestIn, { run, status: 'review', limit: most.reported })) {
    const task = await db.loadNo(taskStream, no)
    if (task?.state.status !== 'review') continue
    for (const id of task.state.openReviews) {
      const review = await db.load(taskStream, id)
      if (!review) continue
      const by = review.state.status === 'claimed' ? review.state.by : null
      const { by: author } = task.state
      found.push({ task: task.id, review: id, status: review.state.status, by, author })
    }
  }
  return found
}
