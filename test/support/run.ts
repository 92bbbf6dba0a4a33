import type { ProcessClient, Structured } from './process-client.ts'

/** The most tasks that are asked for in one call. */
const batch = 100

/** Opens a run; answers its id. */
export const startRun = async (
  client: ProcessClient,
  goal: string,
  settings: Structured = {},
): Promise<string> => (await client.must('start_run', { goal, settings })).run_id

/** Adds an agent to a run; answers its id. */
export const addAgent = async (
  client: ProcessClient,
  runId: string,
  rest: Structured = {},
): Promise<string> =>
  (await client.must('spawn_agent', { run_id: runId, purpose: 'take what comes', ...rest })).agent_id

/** Adds tasks, as many calls as it needs; answers their ids in the order asked for. */
export const addTasks = async (
  client: ProcessClient,
  runId: string,
  plans: readonly Structured[],
): Promise<string[]> => {
  const ids: string[] = []
  for (let from = 0; from < plans.length; from += batch) {
    const tasks = plans.slice(from, from + batch)
    const { task_ids } = await client.must('create_tasks', { run_id: runId, tasks })
    ids.push(...tasks.map(({ key }, i) => task_ids[key ?? String(i)] as string))
  }
  return ids
}

export interface Held {
  readonly task_id: string
  readonly lease_token: string
  readonly lease_ends_at: string
}

/** Claims one named task. */
export const claim = async (client: ProcessClient, args: Structured): Promise<Held> => {
  const { task, lease_token, lease_ends_at, reason } = await client.must('claim_task', args)
  if (task === null) throw new Error(`nothing to claim: ${reason}`)
  return { task_id: task.task_id, lease_token, lease_ends_at }
}
