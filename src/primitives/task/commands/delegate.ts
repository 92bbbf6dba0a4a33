import { invalid } from '../../../errors.ts'
import type { Reader, Tx } from '../../../kernel/ports.ts'
import { agentAndRun } from '../../agent/find.ts'
import { fitting } from '../../agent/fitting.ts'
import { livingAgents } from '../../agent/queries.ts'
import { type Run, runById, type Speaker, theRun } from '../../run/find.ts'
import { taskAndRun, theTask } from '../find.ts'
import { heldBy } from '../held.ts'
import { createTasks } from './create.ts'
import type { Plan } from './plan.ts'

/** Who does a delegated task: the agent it is addressed to, or whoever claims it. */
export interface Route {
  readonly agent_id?: string
  readonly reason: string
}

export interface Delegated {
  readonly run_id: string
  readonly task_id: string
  readonly parent_task_id: string | null
  readonly status: string
  readonly route: Route
}

type Delegation = Plan & { readonly run_id?: string | undefined; readonly speaker: Speaker }

const isId = (handle: string | undefined): handle is string => /^(tsk|agt)_/.test(handle ?? '')

/** The run that a delegation means: the one it names, that of its parent or of its agent, else the session's. */
export const delegationRun = async (db: Reader, asked: Omit<Delegation, 'task'>): Promise<Run> => {
  const { run_id, parent_task_id, agent_id, speaker } = asked
  if (run_id !== undefined) return runById(db, run_id)
  if (isId(parent_task_id)) return (await taskAndRun(db, parent_task_id, undefined, speaker)).run
  if (isId(agent_id)) return (await agentAndRun(db, agent_id, undefined, speaker)).run
  return theRun(db, undefined, speaker)
}

/** Adds one task under another. A worker delegates under the task it holds, unless it names one. */
export const delegate = async (
  tx: Tx,
  run: Run,
  { speaker, run_id: _, ...plan }: Delegation,
): Promise<Delegated> => {
  const parent_task_id = plan.parent_task_id ?? (await taskInHand(tx, run, speaker.joined))
  const { task_ids } = await createTasks(tx, run, [{ ...plan, parent_task_id }], () => '')
  const [id] = Object.values(task_ids)
  const { state } = await theTask(tx, run.no, id as string)
  const route = await routeOf(tx, run, state.agent, state.requires)
  return { run_id: run.id, task_id: id as string, parent_task_id: state.parent, status: state.status, route }
}

/** The one task of this run that these agents hold, if any. Several: the call has to say which is meant. */
const taskInHand = async (tx: Tx, run: Run, joined: readonly string[]): Promise<string | undefined> => {
  const held: string[] = []
  for (const agent of joined)
    for (const task of await heldBy(tx, agent)) if (task.run === run.no) held.push(task.id)
  if (held.length > 1)
    throw invalid(
      'parent_task_id',
      `you hold several tasks: ${held.join(', ')}`,
      'Name the one this belongs to.',
    )
  return held[0]
}

const routeOf = async (
  tx: Tx,
  run: Run,
  agent: string | null,
  requires: readonly string[],
): Promise<Route> => {
  if (agent !== null) return { agent_id: agent, reason: 'addressed to it; no other agent may claim it' }
  const fit = (await fitting(tx, await livingAgents(tx, run.no), requires)).length
  const wanted = requires.length > 0 ? ` with ${requires.join(', ')}` : ''
  return {
    reason:
      fit === 0
        ? `at claim: there is no living agent${wanted} yet`
        : `at claim: ${fit} living ${fit === 1 ? 'agent fits' : 'agents fit'}, the first to claim it gets it`,
  }
}
