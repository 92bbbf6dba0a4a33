import { reapTurn } from '../../primitives/turn/commands/end.ts'
import { type TurnEntity, turnsOn } from '../../primitives/turn/queries.ts'
import type { Stopped } from '../../primitives/turn/terms.ts'
import { callAs, type DispatcherParts } from './parts.ts'

/** What reaping needs to know of this host's processes. */
export interface Processes {
  /** When a process started, as the host tells it; undefined when it does not exist. */
  startedOf(pid: number): string | undefined
  /** Ends a process tree and whatever else carries the turn's mark. */
  endTree(place: { readonly pid: number; readonly started: string | null }, mark: string): Promise<Stopped>
}

/** Whether the server that executes a turn is gone. */
const isOrphan = ({ state }: TurnEntity, own: string | null, pid: number, processes: Processes): boolean => {
  if (state.status !== 'running' || (state.server.pid === pid && state.server.started === own)) return false
  const started = processes.startedOf(state.server.pid)
  return started === undefined || (state.server.started !== null && started !== state.server.started)
}

/**
 * Ends what servers of this host that died left running, then gives their claims back. The order matters: the task must
 * not be taken up again while a program of the dead turn still works on it.
 */
export const reap = async (parts: DispatcherParts, processes: Processes): Promise<number> => {
  const { store, server, log, newId } = parts
  const turns = await store.read((db) => turnsOn(db, server.host), undefined)
  const orphans = turns.filter((turn) => isOrphan(turn, server.started, server.pid, processes))
  const end = async ({ id, state }: TurnEntity): Promise<void> => {
    if (state.status !== 'running') return
    const child = state.child
    // A server may die between the start of a program and the line about it: then only its mark is known.
    const stopped = child
      ? await processes.endTree(child, id)
      : state.runner === 'command'
        ? await processes.endTree({ pid: 0, started: null }, id)
        : undefined
    const why = 'its server died'
    await store.execute(
      reapTurn,
      { turn: id, why, ...(stopped && { stopped }) },
      callAs(parts, undefined, newId('call')),
    )
    log.info({ turn: id, stopped }, 'a turn of a server that died was ended')
  }
  // Together: each may take seconds, and the tasks wait for it.
  await Promise.all(orphans.map(end))
  return orphans.length
}
