import type { ListedAgent } from '../../primitives/agent/list.ts'
import type { AgentStatus } from '../../primitives/agent/status.ts'
import { isoOrNull } from '../fields.ts'

export const agentRow = ({ id, state, status, load, performance, shared, score }: ListedAgent) => ({
  agent_id: id,
  name: state.name,
  role: state.role,
  status,
  runner: state.runner,
  capabilities: state.capabilities.map(({ name, proficiency }) => ({ name, proficiency })),
  load,
  ...(performance && { success_rate: performance.success_rate, outcomes: performance.outcomes }),
  ...(shared && { shared: [...shared] }),
  ...(score === undefined ? {} : { score }),
})
export type AgentRow = ReturnType<typeof agentRow>

const rate = (success: number | null | undefined, outcomes: AgentRow['outcomes']): string =>
  success === null || success === undefined || !outcomes
    ? ''
    : `, ${Math.round(success * 100)} % of ${outcomes.done + outcomes.failed} succeeded`

export const sayAgentRow = (row: AgentRow): string => {
  const { agent_id, name, role, status, runner, capabilities, load, success_rate, outcomes, shared } = row
  const skills = capabilities.map(({ name: skill }) => skill).join(', ')
  const both = shared ? `; shares ${shared.join(', ')}` : ''
  const who = [agent_id, name ?? '', role === null ? '' : `(${role})`].filter((word) => word !== '').join(' ')
  return `${who}: ${status}, ${runner}, ${load.claimed}/${load.max} tasks${rate(success_rate, outcomes)}${skills ? `; ${skills}` : ''}${both}`
}

/** An agent as its status says. */
export const agentView = ({ run, agent, standing, health, running }: AgentStatus) => ({
  run_id: run.id,
  agent_id: agent.id,
  name: agent.state.name,
  role: agent.state.role,
  runner: agent.state.runner,
  status: standing.status,
  health,
  running_task_ids: [...running],
  load: standing.load,
  success_rate: standing.success_rate,
  outcomes: standing.outcomes,
  mean_duration_ms: standing.mean_duration_ms,
  last_seen_at: isoOrNull(standing.last_seen_at),
})
export type AgentView = ReturnType<typeof agentView>

const advice = ({ status, runner, agent_id }: AgentView): string => {
  if (status === 'terminated') return 'It takes no more tasks.'
  if (status !== 'no_worker' || runner !== 'client') return ''
  return `Nobody works for it now: claim_task with agent_id ${agent_id} yourself, or let another window join as it.`
}

export const sayAgent = (view: AgentView): string => {
  const { agent_id, name, status, health, running_task_ids: running, success_rate, outcomes } = view
  const lines = [
    `${agent_id}${name === null ? '' : ` ${name}`}: ${status}, ${health}; last seen ${view.last_seen_at ?? 'never'}.`,
    running.length > 0 ? `Running: ${running.join(', ')}.` : 'It holds no task.',
    success_rate === null
      ? 'No outcomes yet.'
      : `${outcomes.done} done, ${outcomes.failed} failed; mean ${view.mean_duration_ms === null ? 'unknown' : `${Math.round(view.mean_duration_ms)} ms`} a success.`,
    advice(view),
  ]
  return lines.filter((line) => line !== '').join('\n')
}
