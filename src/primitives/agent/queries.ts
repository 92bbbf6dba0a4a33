import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Agent } from './find.ts'
import { type AgentTables, agentStream } from './rows.ts'

const living = statement<AgentTables, { run: number }>()((db, p) =>
  db.selectFrom('agent').select('no').where('run', '=', p.run).where('status', '=', 'active').orderBy('no'),
)

/** The agents of a run that are not terminated, oldest first. */
export const livingAgents = async (db: Reader, run: number): Promise<readonly Agent[]> => {
  const agents: Agent[] = []
  for (const { no } of await db.all(living, { run })) {
    const agent = await db.loadNo(agentStream, no)
    if (agent) agents.push(agent)
  }
  return agents
}

const lastEnded = statement<AgentTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('agent')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '=', 'terminated')
    .orderBy('no', 'desc')
    .limit(p.limit),
)

/** The agents that were ended because their turns failed, without a successor: among the `limit` newest that ended. */
export const fallenAgents = async (db: Reader, run: number, limit: number): Promise<readonly Agent[]> => {
  const fallen: Agent[] = []
  for (const { no } of await db.all(lastEnded, { run, limit })) {
    const agent = await db.loadNo(agentStream, no)
    if (agent?.state.status === 'terminated' && agent.state.failed) fallen.push(agent)
  }
  return fallen
}

const firstLiving = statement<AgentTables, { run: number; limit: number }>()((db, p) =>
  db
    .selectFrom('agent')
    .select('no')
    .where('run', '=', p.run)
    .where('status', '=', 'active')
    .orderBy('no')
    .limit(p.limit),
)

/** As `livingAgents`, but at most `limit`. */
export const someLiving = async (db: Reader, run: number, limit: number): Promise<readonly Agent[]> => {
  const agents: Agent[] = []
  for (const { no } of await db.all(firstLiving, { run, limit })) {
    const agent = await db.loadNo(agentStream, no)
    if (agent) agents.push(agent)
  }
  return agents
}
