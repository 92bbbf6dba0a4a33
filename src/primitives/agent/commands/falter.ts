import type { Tx } from '../../../kernel/ports.ts'
import { escalateIfAsked } from '../../escalation/commands/open.ts'
import { passOnLife } from '../../presence/commands/show.ts'
import type { Run } from '../../run/find.ts'
import { defaultSettings } from '../../run/settings.ts'
import { readdress } from '../../task/commands/change.ts'
import { addressedTo } from '../../task/held.ts'
import type { AgentEvent } from '../events.ts'
import type { Agent } from '../find.ts'
import { personaOf } from '../persona.ts'
import { agentStream } from '../rows.ts'
import { terminate } from './terminate.ts'

/** Failed turns in a row after which an agent counts as failed: a program that crashes now and then is no dead one. */
const failedAfter = 3

/** What a failed turn meant for its agent. */
export type Falter =
  | { readonly what: 'kept' }
  | { readonly what: 'replaced'; readonly by: string }
  /** Ended without a successor: the run goes on without it, or it was replaced too often. */
  | { readonly what: 'ended'; readonly why: string }

/** A turn of an agent went well: what failed before counts no more. */
export const recover = async (tx: Tx, agent: Agent, turn: string): Promise<void> => {
  if (agent.state.status !== 'active' || !agent.state.failures) return
  await tx.append(agent, [{ type: 'agent.recovered', data: { turn } }])
}

/**
 * A turn of an agent failed. After three in a row the run's setting decides: `retry` keeps it, `replace` puts another of
 * its kind in its place, at most max_restarts times, `proceed` goes on without it.
 */
export const falter = async (
  tx: Tx,
  run: Run,
  agent: Agent,
  { turn, error }: { readonly turn: string; readonly error: string },
): Promise<Falter> => {
  if (agent.state.status !== 'active') return { what: 'kept' }
  // Agents and runs of a file from before these were counted and set have neither.
  const in_a_row = (agent.state.failures ?? 0) + 1
  await tx.append(agent, [{ type: 'agent.faltered', data: { turn, error, in_a_row } }])
  const { on_agent_failure: rule, max_restarts: most } = { ...defaultSettings, ...run.state.settings }
  if (in_a_row < failedAfter || rule === 'retry') return { what: 'kept' }
  if (rule === 'proceed') return end(tx, run, agent, `${in_a_row} turns failed in a row`)
  const restarts = agent.state.restarts ?? 0
  if (restarts >= most) return end(tx, run, agent, `it was replaced ${restarts} times and still fails`)
  return { what: 'replaced', by: (await replace(tx, agent)).id }
}

const end = async (tx: Tx, run: Run, agent: Agent, why: string): Promise<Falter> => {
  await terminate(tx, agent, why, true)
  const question = `${agent.id} was ended: ${why}. May the run go on without it (proceed)?`
  const about = { cause: 'agent_failing', subject: agent.id, task: null, options: [] } as const
  await escalateIfAsked(tx, run, { ...about, question, severity: 'normal' })
  return { what: 'ended', why }
}

/** The same agent anew: name, persona, capabilities and runner; what only the old one might take is the new one's. */
const replace = async (tx: Tx, old: Agent): Promise<Agent> => {
  const { name, purpose, profile, role, capabilities, runner, metadata } = old.state
  const { runnerOptions: runner_options, maxConcurrent: max_concurrent, restarts = 0 } = old.state
  const prompt = await personaOf(tx, old.state)
  const kept = {
    name,
    purpose,
    profile,
    role,
    capabilities,
    runner,
    runner_options,
    max_concurrent,
    metadata,
  }
  const data = { ...kept, prompt, replaces: old.id, restarts: restarts + 1 }
  const spawned: AgentEvent = { type: 'agent.spawned', data }
  const tasks = await addressedTo(tx, old.id)
  const agent = await tx.create(agentStream, { id: tx.newId('agt'), run: old.run }, [spawned])
  for (const task of tasks) await readdress(tx, task, agent.id)
  // The servers that have its runner's means; a session that had joined as the old one must join anew.
  await passOnLife(tx, { from: old.id, to: agent.id, except: old.state.session })
  await terminate(tx, old, `replaced by ${agent.id} after ${old.state.failures} failed turns`)
  return agent
}
