import type { FailureCode } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { type Agent, agentNamed } from '../../agent/find.ts'
import { type AgentFilter, fitting, matchingAgents } from '../../agent/fitting.ts'
import { capabilityNames } from '../../capability/vocabulary.ts'
import type { Machine } from '../../presence/alive.ts'
import type { Run } from '../../run/find.ts'
import { createTasks } from './create.ts'
import type { Plan } from './plan.ts'

export interface Broadcast {
  readonly run_id: string
  /** One for each agent in `delivered`, in the same order. */
  readonly task_ids: readonly string[]
  readonly delivered: readonly string[]
  readonly failed: readonly { readonly agent_id: string; readonly code: FailureCode }[]
}

/** Whom a broadcast is for: these agents (ids or names), or all living ones that match. */
export type Audience =
  | { readonly agents: readonly string[]; readonly filter?: undefined }
  | { readonly filter: AgentFilter; readonly machine: Machine; readonly agents?: undefined }

/**
 * Gives each agent of an audience a task of its own, addressed to it. An agent that cannot take it is reported
 * and does not keep the others from getting theirs.
 */
export const broadcast = async (
  tx: Tx,
  run: Run,
  plan: Omit<Plan, 'key' | 'agent_id' | 'replaces'>,
  audience: Audience,
): Promise<Broadcast> => {
  const requires = capabilityNames(plan.requires ?? [], 'requires')
  const delivered = new Set<string>()
  const failed: { agent_id: string; code: FailureCode }[] = []
  const meant = await audienceOf(tx, run, audience)
  const there = meant.flatMap(({ agent }) => agent ?? [])
  const able = new Set(await fitting(tx, there, requires))
  for (const { handle, agent } of meant) {
    const code = refusalOf(agent, able)
    if (code !== undefined) failed.push({ agent_id: agent?.id ?? handle, code })
    else if (agent) delivered.add(agent.id)
  }
  const plans = [...delivered].map((agent_id) => ({ ...plan, agent_id }))
  const { task_ids } = await createTasks(tx, run, plans, () => '')
  return { run_id: run.id, task_ids: Object.values(task_ids), delivered: [...delivered], failed }
}

const refusalOf = (agent: Agent | undefined, able: ReadonlySet<Agent>): FailureCode | undefined => {
  if (!agent) return 'not_found'
  if (agent.state.status !== 'active') return 'agent_terminated'
  return able.has(agent) ? undefined : 'capability_missing'
}

const audienceOf = async (
  tx: Tx,
  run: Run,
  audience: Audience,
): Promise<readonly { readonly handle: string; readonly agent: Agent | undefined }[]> => {
  const { agents, filter } = audience
  if (filter) {
    const requires = capabilityNames(filter.requires ?? [], 'filter.requires')
    const found = await matchingAgents(tx, run.no, { ...filter, requires }, audience.machine)
    return found.map((agent) => ({ handle: agent.id, agent }))
  }
  const named: { handle: string; agent: Agent | undefined }[] = []
  for (const handle of new Set(agents)) named.push({ handle, agent: await agentNamed(tx, run.no, handle) })
  return named
}
