import { agentStream } from '../../../src/primitives/agent/rows.ts'
import type { AgentState } from '../../../src/primitives/agent/state.ts'
import { runStream } from '../../../src/primitives/run/rows.ts'
import type { RunState } from '../../../src/primitives/run/state.ts'
import { taskStream } from '../../../src/primitives/task/rows.ts'
import type { TaskState } from '../../../src/primitives/task/state.ts'
import type { TestBaton } from '../../support/client.ts'

/** The states themselves, so that what a write tool did is not judged by another tool's wording. */

export const taskState = (baton: TestBaton, id: string): Promise<TaskState> =>
  baton.store.read(async (db) => {
    const task = await db.load(taskStream, id)
    if (!task) throw new Error(`no task ${id}`)
    return task.state
  }, undefined)

export const status = async (baton: TestBaton, id: string): Promise<string> =>
  (await taskState(baton, id)).status

export const agentState = (baton: TestBaton, id: string): Promise<AgentState> =>
  baton.store.read(async (db) => {
    const agent = await db.load(agentStream, id)
    if (!agent) throw new Error(`no agent ${id}`)
    return agent.state
  }, undefined)

export const runState = (baton: TestBaton, id: string): Promise<RunState> =>
  baton.store.read(async (db) => {
    const run = await db.load(runStream, id)
    if (!run) throw new Error(`no run ${id}`)
    return run.state
  }, undefined)

/** Seq of the newest event: it stands still exactly when nothing was written. */
export const head = (baton: TestBaton): Promise<number> => baton.store.read(async (db) => db.head, undefined)

/** Opens a run and makes it the session's. */
export const open = async (baton: TestBaton, settings: object = {}): Promise<string> =>
  (await baton.call('start_run', { goal: 'paint the fence', settings })).run_id

/** Claims a task as an agent and completes it. */
export const doTask = async (
  baton: TestBaton,
  agent_id: string,
  task_id: string,
  result: unknown = 'done',
) => {
  await baton.call('claim_task', { agent_id, task_id })
  return baton.call('complete_task', { task_id, result })
}
