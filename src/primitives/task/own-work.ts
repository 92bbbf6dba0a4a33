import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import type { Speaker } from '../run/find.ts'
import { fittingLanes, nextInLanes } from './lanes.ts'
import { taskStream } from './rows.ts'

/**
 * The other agents as whom a session works too: what they hand in is its own work, which it does not review as yet
 * another. None for a session that has not joined: a conductor may play everybody.
 */
export const alsoWorksAs = ({ joined, played = [] }: Speaker, agent: string): readonly string[] =>
  joined.length === 0 ? [] : [...new Set([...joined, ...played])].filter((other) => other !== agent).sort()

/** Whose work waits for a review that this agent could take, were its session not their worker too; or undefined. */
export const leftToOthers = async (
  db: Reader,
  agent: Agent,
  too: readonly string[],
): Promise<string | undefined> => {
  if (too.length === 0) return undefined
  const open = new Set(await fittingLanes(db, agent, too))
  const shut = (await fittingLanes(db, agent)).filter((lane) => !open.has(lane))
  const [first] = await nextInLanes(db, shut)
  const review = first === undefined ? undefined : await db.loadNo(taskStream, first)
  return review?.state.status === 'ready' ? (review.state.except ?? undefined) : undefined
}
