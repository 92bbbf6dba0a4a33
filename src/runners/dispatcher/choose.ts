import { livingAgents } from '../../primitives/agent/queries.ts'
import { policyOf } from '../../primitives/policy/find.ts'
import { loadConditions } from '../../primitives/policy/ready.ts'
import type { Machine } from '../../primitives/presence/alive.ts'
import type { Obstacle } from '../../primitives/routing/decide/request.ts'
import { routeTask } from '../../primitives/routing/route-task.ts'
import { isHand } from '../hands.ts'
import type { CrewMember } from './crew.ts'
import type { Choose } from './plan.ts'

/** Why an agent of a crew cannot take a turn now, in the router's words. */
const obstacleOf = ({ hand, room }: CrewMember): Obstacle | undefined => {
  if (room <= 0) return 'at_capacity'
  if (isHand(hand)) return undefined
  return hand.until === undefined ? 'at_capacity' : 'circuit_open'
}

/**
 * Chooses by the run's policy and strategy among the agents that Baton works for. Those of sessions take their tasks by
 * themselves.
 */
export const chooseByRoute =
  (machine: Machine): Choose =>
  async (db, { run, task, crew, planned }) => {
    const engine = (await policyOf(db, run.no)) ? await loadConditions() : undefined
    const barred = new Map<string, Obstacle>()
    for (const { id } of await livingAgents(db, run.no)) barred.set(id, 'excluded')
    for (const member of crew) {
      const obstacle = obstacleOf(member)
      if (obstacle) barred.set(member.agent.id, obstacle)
      else barred.delete(member.agent.id)
    }
    const claimed = new Map(crew.map(({ agent, claimed }) => [agent.id, claimed]))
    const { policy, record } = await routeTask(db, { run, task, machine, engine, barred, claimed, planned })
    const { agent_id } = record.decision
    return agent_id === null ? undefined : { agent_id, routed: { at: 'claim', policy, record } }
  }
