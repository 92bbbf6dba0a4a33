import type { Reader } from '../../kernel/ports.ts'
import type { Machine } from '../presence/alive.ts'
import type { Run, Speaker } from '../run/find.ts'
import { heldBy } from '../task/held.ts'
import { type Agent, agentAndRun } from './find.ts'
import { type AgentStanding, type Health, healthOf, standingOf } from './standing.ts'

export interface AgentStatus {
  readonly run: Run
  readonly agent: Agent
  readonly standing: AgentStanding
  readonly health: Health
  /** Ids of the tasks that it holds under a lease. */
  readonly running: readonly string[]
}

/** How one agent is doing. */
export const statusOfAgent = async (
  db: Reader,
  query: {
    readonly run_id?: string | undefined
    readonly agent_id: string
    readonly speaker: Speaker
    readonly machine: Machine
  },
): Promise<AgentStatus> => {
  const { run, agent } = await agentAndRun(db, query.agent_id, query.run_id, query.speaker)
  const standing = await standingOf(db, agent, query.machine)
  const running = (await heldBy(db, agent.id)).map(({ id }) => id)
  return { run, agent, standing, health: healthOf(standing), running }
}
