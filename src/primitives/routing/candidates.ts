import type { Reader } from '../../kernel/ports.ts'
import { type Ability, abilitiesOf } from '../agent/abilities.ts'
import { livingAgents } from '../agent/queries.ts'
import { standingOf } from '../agent/standing.ts'
import { type CapabilityGraph, proficiencyFor } from '../capability/graph.ts'
import { vocabulary } from '../capability/vocabulary.ts'
import type { Machine } from '../presence/alive.ts'
import type { ArmCounts, Counts } from './arm.ts'
import { armOf } from './arm-of.ts'
import type { Features } from './decide/features.ts'
import type { Obstacle, Outcomes, RouteCandidate } from './decide/request.ts'
import { costsByPrice } from './priced.ts'
import { readArms } from './queries.ts'

export interface CandidatesInput {
  readonly run: number
  readonly features: Features
  /** The process that asks. */
  readonly machine: Machine
  /** Agents that something else stands in the way of: an open circuit, a limit. By id. */
  readonly barred?: ReadonlyMap<string, Obstacle>
  /** Cost decides: a price, where an endpoint has one, tells more than reports. Estimated tokens of the task. */
  readonly pricedFor?: number | undefined
  /** Shares for `weighted`, by id or name; 1 otherwise. */
  readonly weights?: ReadonlyMap<string, number>
}

/** The living agents of a run as a router sees them, with all that is known of them, oldest first. */
export const routeCandidates = async (
  db: Reader,
  input: CandidatesInput,
): Promise<readonly RouteCandidate[]> => {
  const agents = await livingAgents(db, input.run)
  const arms = await readArms(db, { arms: agents.map(armOf), features: input.features })
  const { pricedFor } = input
  const prices = pricedFor === undefined ? undefined : await costsByPrice(db, agents, pricedFor)
  const { graph } = await vocabulary(db)
  const found: RouteCandidate[] = []
  for (const [order, agent] of agents.entries()) {
    const { name, runner } = agent.state
    const { outcomes, load, alive } = await standingOf(db, agent, input.machine)
    const arm = armOf(agent)
    const counts = arms.get(arm)
    const proficiency = proficiencyAt(graph, (await abilitiesOf(db, agent)).all, input.features.requires)
    const price = prices?.get(agent.id)
    const unmanned = runner === 'client' && !alive ? 'no_worker' : undefined
    found.push({
      agent_id: agent.id,
      name,
      arm,
      order,
      weight: input.weights?.get(agent.id) ?? (name === null ? undefined : input.weights?.get(name)) ?? 1,
      load,
      success: outcomes,
      cost_per_task_usd: price?.usd ?? (counts ? costOf(counts) : null),
      ...(price && { by_price: price.by }),
      proficiency: proficiency ?? 0,
      available:
        proficiency === undefined ? 'lacks_capability' : (input.barred?.get(agent.id) ?? unmanned ?? true),
      learned: counts && seen(counts.overall) ? learnedOf(counts) : null,
    })
  }
  return found
}

/** The least proficiency over what is required, 1 without requirements; undefined when something is missing. */
const proficiencyAt = (
  graph: CapabilityGraph,
  abilities: readonly Ability[],
  requires: readonly string[],
): number | undefined => {
  let least = 1
  for (const requirement of requires) {
    const proficiency = proficiencyFor(graph, abilities, requirement)
    if (proficiency === undefined) return undefined
    least = Math.min(least, proficiency)
  }
  return least
}

/** What a task is known to cost, by the narrowest level at which anything is known. */
const costOf = ({ cell, type, overall }: ArmCounts): number | null => {
  const known = [cell, type, overall].find(({ cost_reports: reports }) => reports > 0)
  return known ? known.cost_usd / known.cost_reports : null
}

const seen = ({ done, failed }: Outcomes): boolean => done + failed > 0

const outcomesOf = ({ done, failed }: Counts): Outcomes => ({ done, failed })

const learnedOf = ({ overall, type, cell }: ArmCounts) => ({
  overall: outcomesOf(overall),
  type: outcomesOf(type),
  cell: outcomesOf(cell),
})
