import type { ListedAgent } from '../../primitives/agent/list.ts'
import { nobodyCan, sayMeans } from '../../primitives/agent/means.ts'
import type { AgentState } from '../../primitives/agent/state.ts'
import type { AgentStatus } from '../../primitives/agent/status.ts'
import { isoOrNull } from '../fields.ts'

/** By what an agent takes its turns, as far as it is Baton that takes them, and how many in a row have failed. */
const workOf = ({ runner, runnerOptions: options, failures = 0 }: AgentState) => ({
  runner,
  ...(runner === 'command' && options?.command !== undefined && { command: options.command }),
  ...(runner === 'model' && options?.model !== undefined && { model: options.model }),
  ...(failures > 0 && { failures_in_a_row: failures }),
})

export const agentRow = ({
  id,
  state,
  abilities,
  status,
  load,
  performance,
  shared,
  score,
}: ListedAgent) => ({
  agent_id: id,
  name: state.name,
  role: state.role,
  status,
  ...workOf(state),
  capabilities: abilities.map(({ name, proficiency, learned }) => ({
    name,
    proficiency,
    ...(learned !== undefined && { learned }),
  })),
  load,
  ...(performance && { success_rate: performance.success_rate, outcomes: performance.outcomes }),
  ...(shared && { shared: [...shared] }),
  ...(score === undefined ? {} : { score }),
})
export type AgentRow = ReturnType<typeof agentRow>

/** What a row says of its means, as an agent's state has it. */
const meansIn = ({ runner, command, model }: ReturnType<typeof workOf>) => ({
  runner,
  runnerOptions: { command, model },
})

const failing = ({ failures_in_a_row: failures }: ReturnType<typeof workOf>): string =>
  failures === undefined ? '' : `, last ${failures === 1 ? 'turn' : `${failures} turns`} failed`

const rate = (success: number | null | undefined, outcomes: AgentRow['outcomes']): string =>
  success === null || success === undefined || !outcomes
    ? ''
    : `, ${Math.round(success * 100)} % of ${outcomes.done + outcomes.failed} succeeded`

export const sayAgentRow = (row: AgentRow): string => {
  const { agent_id, name, role, status, capabilities, load, success_rate, outcomes, shared } = row
  const skills = capabilities
    .map(({ name: skill, learned }) => (learned === undefined ? skill : `${skill} (learned, n=${learned})`))
    .join(', ')
  const both = shared ? `; shares ${shared.join(', ')}` : ''
  const who = [agent_id, name ?? '', role === null ? '' : `(${role})`].filter((word) => word !== '').join(' ')
  return `${who}: ${status}, ${sayMeans(meansIn(row))}${failing(row)}, ${load.claimed}/${load.max} tasks${rate(success_rate, outcomes)}${skills ? `; ${skills}` : ''}${both}`
}

/** An agent as its status says. */
export const agentView = ({ run, agent, standing, health, running }: AgentStatus) => ({
  run_id: run.id,
  agent_id: agent.id,
  name: agent.state.name,
  role: agent.state.role,
  ...workOf(agent.state),
  status: standing.status,
  health,
  running_task_ids: [...running],
  load: standing.load,
  success_rate: standing.success_rate,
  outcomes: standing.outcomes,
  mean_duration_ms: standing.mean_duration_ms,
  last_seen_at: isoOrNull(standing.last_seen_at),
  ...(agent.state.status === 'terminated' && { end_reason: agent.state.reason }),
})
export type AgentView = ReturnType<typeof agentView>

const advice = (view: AgentView): string => {
  const { status, runner, agent_id, end_reason } = view
  if (status === 'terminated') return `It takes no more tasks${end_reason ? `: ${end_reason}` : ''}.`
  if (status !== 'no_worker') return ''
  if (runner !== 'client') return nobodyCan(agent_id, meansIn(view))
  return `Nobody works for it now: claim_task with agent_id ${agent_id} yourself, or let another window join as it.`
}

export const sayAgent = (view: AgentView): string => {
  const { agent_id, name, status, health, running_task_ids: running, success_rate, outcomes } = view
  const lines = [
    `${agent_id}${name === null ? '' : ` ${name}`}: ${status}, ${health}, ${sayMeans(meansIn(view))}${failing(view)}; last seen ${view.last_seen_at ?? 'never'}.`,
    running.length > 0 ? `Running: ${running.join(', ')}.` : 'It holds no task.',
    success_rate === null
      ? 'No outcomes yet.'
      : `${outcomes.done} done, ${outcomes.failed} failed; mean ${view.mean_duration_ms === null ? 'unknown' : `${Math.round(view.mean_duration_ms)} ms`} a success.`,
    advice(view),
  ]
  return lines.filter((line) => line !== '').join('\n')
}
