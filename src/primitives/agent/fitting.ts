import type { Reader } from '../../kernel/ports.ts'
import { holds } from '../capability/graph.ts'
import { vocabulary } from '../capability/vocabulary.ts'
import type { Machine } from '../presence/alive.ts'
import type { Agent } from './find.ts'
import { livingAgents } from './queries.ts'
import { type Standing, standingOf } from './standing.ts'

/** A test whether an agent holds all of `requires`, by the capability graph as it is now. */
export const fits = async (db: Reader, requires: readonly string[]): Promise<(agent: Agent) => boolean> => {
  const { graph } = await vocabulary(db)
  return ({ state }) =>
    holds(
      graph,
      state.capabilities.map((capability) => capability.name),
      requires,
    )
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
  const holdsAll = await fits(db, filter.requires ?? [])
  const found: Agent[] = []
  for (const agent of await livingAgents(db, run)) {
    if (!holdsAll(agent)) continue
    if (filter.role !== undefined && agent.state.role !== filter.role) continue
    if (filter.status !== undefined && (await standingOf(db, agent, machine)).status !== filter.status)
      continue
    found.push(agent)
  }
  return found
}
