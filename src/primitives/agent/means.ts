import type { AgentState } from './state.ts'

type Working = Pick<AgentState, 'runner' | 'runnerOptions'>

/** The command, the endpoint or the group that an agent works by; null where its runner has no such thing. */
export const meansOf = ({ runner, runnerOptions }: Working): string | null => {
  if (runner === 'command') return runnerOptions?.command ?? null
  return runner === 'model' ? (runnerOptions?.model ?? null) : null
}

/** By what an agent takes its turns: `command "lint"`, `model "fast"`, `sampling`, `client`. */
export const sayMeans = (state: Working): string => {
  const name = meansOf(state)
  return name === null ? state.runner : `${state.runner} "${name}"`
}

/** What to do where no running server can take an agent's turns. */
export const nobodyCan = (id: string, state: Working): string =>
  state.runner === 'sampling'
    ? `${id} takes its turns by sampling, and no client that offers it is connected: give its tasks to another agent (update_task with agent_id, or spawn_agent).`
    : `${id} takes its turns by ${sayMeans(state)}, which no running server has: the owner must name it in the configuration (--config), or give its tasks to another agent (update_task with agent_id, or spawn_agent).`
