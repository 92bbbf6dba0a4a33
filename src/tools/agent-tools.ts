import { invalid } from '../errors.ts'

/**
 * The tools that a model agent may be given: what a worker needs to look around, to hand on parts of its task, and to
 * tell how far it is. Its own task is claimed and reported by the dispatcher; what ends or undoes others' work is not
 * a worker's.
 */
export const agentToolNames = [
  'delegate_subtask',
  'create_tasks',
  'get_task',
  'list_tasks',
  'get_run',
  'list_agents',
  'query_agent_status',
  'observe_events',
  'track_metrics',
  'await_responses',
  'report_progress',
] as const

/** Refuses a tool that no agent may be given. */
export const mustBeGivable = (names: readonly string[] | undefined): void => {
  const known: readonly string[] = agentToolNames
  const wrong = names?.find((name) => !known.includes(name))
  if (wrong === undefined) return
  throw invalid(
    'runner_options.tools',
    `"${wrong}" is no tool that an agent may be given`,
    `Give some of ${agentToolNames.join(', ')}.`,
  )
}
