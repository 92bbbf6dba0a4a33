import { Failure, notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import { type Run, runByNo, type Speaker, theRun } from '../run/find.ts'
import type { AgentEvent } from './events.ts'
import { type AgentTables, agentStream } from './rows.ts'
import type { AgentState } from './state.ts'

export type Agent = Entity<AgentState, AgentEvent>

const named = statement<AgentTables, { run: number; name: string }>()((db, p) =>
  db
    .selectFrom('agent')
    .select(['no', 'status'])
    .where('run', '=', p.run)
    .where('name', '=', p.name)
    // A name can be given again once its bearer is terminated: the living one is meant, else the latest.
    .orderBy('status')
    .orderBy('no', 'desc'),
)

/** The agent of this run with this id or name, or undefined. */
export const agentNamed = async (db: Reader, run: number, handle: string): Promise<Agent | undefined> => {
  const byId = await db.load(agentStream, handle)
  if (byId) return byId.run === run && byId.state.status !== 'undone' ? byId : undefined
  const row = await db.one(named, { run, name: handle })
  return row && db.loadNo(agentStream, row.no)
}

/** The agent with this id, whatever its status. */
export const agentById = async (db: Reader, id: string): Promise<Agent | undefined> =>
  db.load(agentStream, id)

export const theAgent = async (db: Reader, run: number, handle: string): Promise<Agent> => {
  const agent = await agentNamed(db, run, handle)
  if (!agent)
    throw notFound('agent', handle, 'list_agents shows the agents of this run; an id or a name will do.')
  return agent
}

/** The agent that a call names, and its run: from the id, else from what the session means. */
export const agentAndRun = async (
  db: Reader,
  handle: string,
  runId: string | undefined,
  speaker: Speaker,
): Promise<{ readonly run: Run; readonly agent: Agent }> => {
  const byId = runId === undefined ? await db.load(agentStream, handle) : undefined
  const run = byId ? await runByNo(db, byId.run) : await theRun(db, runId, speaker)
  return { run, agent: await theAgent(db, run.no, handle) }
}

/** An agent that can still take work. */
export const activeAgent = async (db: Reader, run: number, handle: string): Promise<Agent> => {
  const agent = await theAgent(db, run, handle)
  if (agent.state.status !== 'active')
    throw new Failure(
      'agent_terminated',
      `Agent ${agent.id} was terminated.`,
      'Use another agent (list_agents), or spawn one with spawn_agent.',
      { agent_id: agent.id },
    )
  return agent
}
