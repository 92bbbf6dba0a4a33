import type { Reader, Tx } from '../../../kernel/ports.ts'
import type { Agent } from '../../agent/find.ts'
import { fitting } from '../../agent/fitting.ts'
import { livingAgents } from '../../agent/queries.ts'
import type { Run } from '../../run/find.ts'
import { type Task, taskById } from '../../task/find.ts'
import { addressedTo } from '../../task/held.ts'
import { openLane } from '../../task/lanes.ts'
import { type Burdened, type Rebalancing, rebalance } from '../decide/rebalance.ts'
import type { Routed } from '../routed.ts'

/** Tasks of one agent that are looked at. */
const mostTasks = 100

/**
 * How the work that routing has given out would be spread more evenly. What the conductor addressed to an agent stays with
 * it, and so does what is under way.
 */
export const planRebalance = async (db: Reader, run: Run): Promise<Rebalancing> => {
  const agents = await livingAgents(db, run.no)
  const burdened: Burdened[] = []
  for (const agent of agents) burdened.push(await burdenOf(db, agent, agents))
  return rebalance(burdened)
}

/** Carries that out: each move is a decision in the story of its task. */
export const rebalanceRun = async (tx: Tx, run: Run): Promise<Rebalancing> => {
  const plan = await planRebalance(tx, run)
  for (const { task_id, to } of plan.moves) {
    const task = await taskById(tx, task_id)
    if (!task) continue
    const { except, requires } = task.state
    await openLane(tx, { run: run.no, agent: to, except, requires })
    const routed: Routed = { at: 'rebalance', agent: to, policy: null, record: null }
    await tx.append(task, [{ type: 'task.routed', data: routed }])
  }
  return plan
}

const burdenOf = async (db: Reader, agent: Agent, agents: readonly Agent[]): Promise<Burdened> => {
  const waiting: { task_id: string; fits: readonly string[] }[] = []
  for (const task of await addressedTo(db, agent.id, mostTasks)) {
    const { status, requires, except } = task.state
    if ((status !== 'ready' && status !== 'blocked') || !(await wasRouted(db, task))) continue
    const able = (await fitting(db, agents, requires)).filter(({ id }) => id !== except)
    waiting.push({ task_id: task.id, fits: able.map(({ id }) => id) })
  }
  const claimed = await db.tally(agent.id, 'claimed')
  return { agent_id: agent.id, max: agent.state.maxConcurrent, claimed, waiting, open: true }
}

/** Whether it is routing that gave a task to its addressee. */
const wasRouted = async (db: Reader, task: Task): Promise<boolean> => {
  const given = (await db.history(task)).findLast(
    ({ type, data }) => type === 'task.routed' && (data as Routed).agent !== undefined,
  )
  return given !== undefined && (given.data as Routed).agent === task.state.agent
}
