import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import type { Watcher } from '../presence/working.ts'
import { fittingLanes, nextInLanes } from '../task/lanes.ts'
import { isWorking } from '../task/outlook.ts'

/** Who could take what is ready now. */
export interface Hands {
  /** Agents that somebody works for, with room for a ready task that they fit. */
  readonly able: readonly Agent[]
  /** Agents that nobody works for, though they fit a ready task that no agent with a worker does. */
  readonly missed: readonly Agent[]
}

/** Reckoned as `await_responses` does it, among these agents. */
export const handsOf = async (db: Reader, agents: readonly Agent[], watcher: Watcher): Promise<Hands> => {
  const heads = new Map<number, boolean>()
  const isReady = async (lane: number): Promise<boolean> => {
    const known = heads.get(lane) ?? (await nextInLanes(db, [lane])).length > 0
    heads.set(lane, known)
    return known
  }
  const able: Agent[] = []
  const manned = new Set<number>()
  const sleeping: { readonly agent: Agent; readonly lanes: readonly number[] }[] = []
  for (const agent of agents) {
    const lanes: number[] = []
    for (const lane of await fittingLanes(db, agent)) if (await isReady(lane)) lanes.push(lane)
    if (lanes.length === 0) continue
    if (!(await isWorking(db, agent, watcher))) {
      sleeping.push({ agent, lanes })
      continue
    }
    for (const lane of lanes) manned.add(lane)
    if ((await db.tally(agent.id, 'claimed')) < agent.state.maxConcurrent) able.push(agent)
  }
  const missed = sleeping.filter(({ lanes }) => lanes.some((lane) => !manned.has(lane)))
  return { able, missed: missed.map(({ agent }) => agent) }
}
