import type { Reader } from '../../kernel/ports.ts'
import { actorOf } from '../history/actor.ts'
import { isClosed, isGone, type Machine } from '../presence/alive.ts'
import { traceOf } from '../presence/queries.ts'
import type { Task } from './find.ts'
import { heldBy } from './held.ts'

/** The claims of an agent whose session is known to be gone: closed, or its process on this machine dead. */
export const leftBehind = async (db: Reader, agent: string, machine: Machine): Promise<readonly Task[]> => {
  const lost = new Set(
    (await traceOf(db, agent))
      .filter((sign) => isClosed(sign) || isGone(sign, machine.host, machine.pidAlive))
      .map(({ session }) => session),
  )
  if (lost.size === 0) return []
  const found: Task[] = []
  for (const task of await heldBy(db, agent)) {
    const claim = (await db.history(task)).findLast(({ type }) => type === 'task.claimed')
    if (claim && lost.has((await actorOf(db, claim.actor)).session)) found.push(task)
  }
  return found
}

/** How such a claim is gone on with. */
export const sayLeftBehind = ({ id, state }: Task, agent: string): string => {
  const ends = state.status === 'claimed' ? new Date(state.leaseEndsAt).toISOString() : 'its lease ends'
  return `The session that claimed ${id} as ${agent} is gone: claim_task {agent_id: "${agent}", task_id: "${id}", takeover: true} takes it over at once; else it is open again at ${ends}.`
}
