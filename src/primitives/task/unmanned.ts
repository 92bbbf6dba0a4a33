import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import { someLiving } from '../agent/queries.ts'
import { isAlive, isGone, type Machine } from '../presence/alive.ts'
import { signsOf } from '../presence/queries.ts'
import type { Run } from '../run/find.ts'
import { addressedTo } from './held.ts'
import { isWorking } from './outlook.ts'

/** The most agents, and tasks of each, that are looked at. */
const most = { agents: 500, tasks: 50 }

/**
 * The agents of a run that a newcomer may become, as nobody works for them: first those with a ready task that only they
 * may take, then the oldest.
 */
export const unmannedAgents = async (db: Reader, run: Run, machine: Machine): Promise<readonly Agent[]> => {
  const wanted: Agent[] = []
  const others: Agent[] = []
  for (const agent of await someLiving(db, run.no, most.agents)) {
    if (await isManned(db, agent, machine)) continue
    const tasks = await addressedTo(db, agent.id, most.tasks)
    const ready = tasks.some(({ state }) => state.status === 'ready' && (state.retryAt ?? 0) <= db.now)
    if (ready) wanted.push(agent)
    else others.push(agent)
  }
  return [...wanted, ...others]
}

/** A session has joined as it and is not known to be gone, or there is another sign of somebody's work. */
const isManned = async (db: Reader, agent: Agent, machine: Machine): Promise<boolean> => {
  const { session } = agent.state
  if (session !== null) {
    const sign = (await signsOf(db, agent.id)).find((one) => one.session === session)
    if (!sign || !isGone(sign, machine.host, machine.pidAlive)) return true
  }
  // Nobody watches here: the calls of every session count.
  return isWorking(db, agent, { session: '', machine })
}

/**
 * The living session that has joined as this agent, other than `own`: seen within a minute, and its process not known
 * to be gone. Undefined when the agent is free to be joined.
 */
export const otherWorker = async (
  db: Reader,
  agent: Agent,
  own: string,
  machine: Machine,
): Promise<string | undefined> => {
  const { session } = agent.state
  if (session === null || session === own) return undefined
  const sign = (await signsOf(db, agent.id)).find((one) => one.session === session)
  return sign && isAlive(sign, db.now, machine.host, machine.pidAlive) ? session : undefined
}
