import type { Reader } from '../../kernel/ports.ts'
import { holds } from '../capability/graph.ts'
import { vocabulary } from '../capability/vocabulary.ts'
import type { Machine } from '../presence/alive.ts'
import { abilityNames } from './abilities.ts'
import type { Agent } from './find.ts'
import { livingAgents } from './queries.ts'
import { type Standing, standingOf } from './standing.ts'

/** Those of these agents who hold all of `requires`, by the capability graph as it is now. */
export const fitting = async (
  db: Reader,
  agents: readonly Agent[],
  requires: readonly string[],
): Promise<readonly Agent[]> => {
  if (requires.length === 0) return agents
  const { graph } = await vocabulary(db)
  const found: Agent[] = []
  for (const agent of agents) if (holds(graph, await abilityNames(db, agent), requires)) found.push(agent)
  return found
}

/** Which agents a broadcast is meant for; what is left out does not matter. */
export interface AgentFilter {
  /** All of these capabilities, normalised. */
  readonly requires?: readonly string[] | undefined
  readonly role?: string | undefined
  readonly status?: Standing | undefined
}

/** The living agents of a run that match all of the filter, oldest first. `machine`: the process that asks. */
export const matchingAgents = async (
  db: Reader,
  run: number,
  filter: AgentFilter,
  machine: Machine,
): Promise<readonly Agent[]> => {
  const found: Agent[] = []
  for (const agent of await fitting(db, await livingAgents(db, run), filter.requires ?? [])) {
    if (filter.role !== undefined && agent.state.role !== filter.role) continue
    if (filter.status !== undefined && (await standingOf(db, agent, machine)).status !== filter.status)
      continue
    found.push(agent)
  }
  return found
}
