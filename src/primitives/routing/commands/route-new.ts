import type { Tx } from '../../../kernel/ports.ts'
import { livingAgents } from '../../agent/queries.ts'
import { policyOf } from '../../policy/find.ts'
import type { ConditionEngine } from '../../policy/ready.ts'
import type { Machine } from '../../presence/alive.ts'
import type { Run } from '../../run/find.ts'
import { type Task, taskById } from '../../task/find.ts'
import { openLane } from '../../task/lanes.ts'
import { routeTask } from '../route-task.ts'

export interface RouteNew {
  readonly run: Run
  readonly tasks: readonly string[]
  readonly machine: Machine
  readonly engine: ConditionEngine | undefined
}

/** What the policy of a run has settled for a task that was just made. */
export interface Settled {
  readonly agent_id?: string
  readonly reason: string
}

/**
 * Asks the run's policy about tasks that were just made: their priority, and, where sessions' agents may take them, who
 * shall. Those of agents that Baton works for are chosen when a turn is taken, with what is known then. Without a policy
 * nothing happens. Throws `NeedsConditions`.
 */
export const routeNew = async (
  tx: Tx,
  { run, tasks, machine, engine }: RouteNew,
): Promise<ReadonlyMap<string, Settled>> => {
  const settled = new Map<string, Settled>()
  if (!(await policyOf(tx, run.no))) return settled
  for (const id of tasks) {
    const task = await taskById(tx, id)
    if (task) settled.set(id, await settle(tx, run, task, machine, engine))
  }
  return settled
}

const settle = async (
  tx: Tx,
  run: Run,
  task: Task,
  machine: Machine,
  engine: ConditionEngine | undefined,
): Promise<Settled> => {
  const { effect, policy, record } = await routeTask(tx, { run, task, machine, engine })
  const { decision } = record
  const chosen = (await livingAgents(tx, run.no)).find(({ id }) => id === decision.agent_id)
  const addresses = chosen?.state.runner === 'client' && task.state.agent === null
  const priority = effect.priority === task.state.priority ? undefined : effect.priority
  if (!addresses && priority === undefined)
    return { reason: decision.agent_id === null ? decision.reason : 'chosen when a turn is taken' }
  const agent = addresses ? chosen.id : undefined
  if (agent !== undefined)
    await openLane(tx, {
      run: run.no,
      agent,
      except: task.state.except,
      requires: task.state.requires,
    })
  const data = {
    at: 'creation' as const,
    ...(agent !== undefined && { agent }),
    ...(priority && { priority }),
    policy,
    record: addresses ? record : null,
  }
  await tx.append(task, [{ type: 'task.routed', data }])
  return { ...(agent !== undefined && { agent_id: agent }), reason: decision.reason }
}
