import type { ListedRun } from '../../primitives/run/list.ts'
import type { Overview } from '../../primitives/run/overview.ts'
import type { Situation } from '../../primitives/run/situation.ts'
import { isArchived } from '../../primitives/run/state.ts'
import { iso } from '../fields.ts'
import { invite } from '../invite.ts'
import { escalationRow } from './escalations.ts'
import { orchestrationView, sayOrchestration } from './orchestrations.ts'
import { cut } from './words.ts'

/** The most busy agents that are spelled out, and the most tasks of each. */
const most = { agents: 20, tasks: 10 } as const

export const runRow = ({ run, openTasks, lastEventAt }: ListedRun) => ({
  run_id: run.id,
  name: run.state.name,
  goal: cut(run.state.goal, 200),
  status: run.state.status,
  ...(run.state.paused && run.state.status === 'open' ? { paused: true } : {}),
  ...(isArchived(run.state) ? { archived: true } : {}),
  open_tasks: openTasks,
  last_event_at: iso(lastEventAt),
})

const budgets = ({ settings, counts, agents, tokens, cost_usd, started_at }: Overview, at: number) => ({
  agents: { used: agents, limit: settings.max_agents },
  tasks: {
    used: Object.values(counts).reduce((sum, count) => sum + count, 0),
    limit: settings.max_tasks,
  },
  tokens: { used: tokens, limit: settings.max_tokens },
  cost_usd: { used: cost_usd, limit: settings.max_cost_usd },
  wall_ms: { used: at - started_at, limit: settings.max_wall_ms },
})

/** A run as clients read it. */
export const runView = (situation: Situation) => {
  const { run, state, overview, lastEventAt, busy, checkpoints, nextActions } = situation
  const { orchestrations = [] } = situation
  const { goal, name, status, paused, strategy, settings, counts, started_at } = overview
  const ended = state && state.status !== 'open' ? state : undefined
  const archived = ended?.archived
  const busyAgents = [...(busy ?? [])].slice(0, most.agents)
  return {
    run_id: run.id,
    name,
    goal,
    status,
    paused,
    strategy,
    counts,
    agents: overview.agents,
    budgets: budgets(overview, ended?.endedAt ?? situation.at),
    settings,
    busy_agents: busyAgents.map(([agent_id, tasks]) => ({
      agent_id,
      task_ids: tasks.slice(0, most.tasks),
    })),
    checkpoints: checkpoints.map(({ id, state: made }) => ({
      checkpoint_id: id,
      label: made.label,
      position: made.position,
      at: iso(made.createdAt),
    })),
    ...(orchestrations.length > 0 ? { orchestrations: orchestrations.map(orchestrationView) } : {}),
    ...(situation.escalations?.length && {
      open_escalations: situation.escalations.map(escalationRow),
    }),
    ...(situation.answered?.length && {
      answered_escalations: situation.answered.map(escalationRow),
    }),
    ...(situation.gates?.length && {
      quality_gates: situation.gates.map(({ gate, passed, refused }) => ({ ...gate, passed, refused })),
    }),
    next_actions: nextActions ?? [],
    invite: invite(run.id, goal),
    started_at: iso(started_at),
    last_event_at: iso(lastEventAt),
    ...(ended ? { ended_at: iso(ended.endedAt), end_reason: ended.reason } : {}),
    ...(archived
      ? { archived: { at: iso(archived.at), events: archived.events, tasks: archived.tasks } }
      : {}),
  }
}
export type RunView = ReturnType<typeof runView>

/** `3 ready, 2 done`; statuses without tasks are left out. */
const inWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ') || 'none'

const limitsIn = (all: RunView['budgets']): string =>
  Object.entries(all)
    .filter(([, { limit }]) => limit !== null)
    .map(([name, { used, limit }]) => `${name} ${used}/${limit}`)
    .join(', ')

export const sayRun = (run: RunView, asOf: string | number | undefined): string => {
  const { run_id, name, status, paused, goal, counts, agents, budgets: used, strategy, checkpoints } = run
  const limits = limitsIn(used)
  const lines = [
    `${run_id}${name === null ? '' : ` "${name}"`}: ${status}${paused ? ', paused' : ''}${asOf === undefined ? '' : ` as of ${asOf}, spend as of now`}. Goal: ${cut(goal, 300)}`,
    `Tasks: ${inWords(counts)}. Agents: ${agents}${run.busy_agents.length > 0 ? `, busy: ${run.busy_agents.map(({ agent_id, task_ids }) => `${agent_id} (${task_ids.length})`).join(', ')}` : ''}.`,
    limits && `Budgets: ${limits}.`,
    ...(run.orchestrations ?? []).map(sayOrchestration),
    strategy && `Strategy v${strategy.version}: ${cut(strategy.strategy, 300)}`,
    checkpoints.length > 0 &&
      `Checkpoints: ${checkpoints.map(({ checkpoint_id, label }) => (label === null ? checkpoint_id : `${checkpoint_id} (${label})`)).join(', ')}.`,
    ...(run.next_actions.length > 0 ? ['Next:', ...run.next_actions.map((action) => `- ${action}`)] : []),
    status === 'open' && `The invite for another window: ${run.invite}`,
  ]
  return lines.filter(Boolean).join('\n')
}
