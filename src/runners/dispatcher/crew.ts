import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../../primitives/agent/find.ts'
import { livingAgents } from '../../primitives/agent/queries.ts'
import { fittingLanes } from '../../primitives/task/lanes.ts'
import { type Hand, isHand, type NoHand, type Planned, type Workforce } from '../hands.ts'

/** An agent that Baton works for, what it may take, and by what a turn of it would be executed. */
export interface CrewMember {
  readonly agent: Agent
  readonly lanes: ReadonlySet<number>
  readonly claimed: number
  /** Claims and replicas that it may still hold. */
  readonly room: number
  readonly hand: Hand | NoHand
}

/** The living agents of a run that are no client's, whether or not a turn of theirs could start now. */
export const crewOf = async (
  db: Reader,
  run: number,
  workforce: Workforce,
  planned: Planned,
): Promise<readonly CrewMember[]> => {
  const crew: CrewMember[] = []
  for (const agent of await livingAgents(db, run)) {
    const { runner, maxConcurrent } = agent.state
    if (runner === 'client') continue
    const claimed = (await db.tally(agent.id, 'claimed')) + (await db.tally(agent.id, 'replicas'))
    const hands = workforce[runner]
    const hand = hands
      ? await hands.handFor(db, agent, planned)
      : { why: `this server executes no ${runner} agents` }
    const lanes = new Set(await fittingLanes(db, agent))
    crew.push({ agent, lanes, claimed, room: Math.max(0, maxConcurrent - claimed), hand })
  }
  return crew
}

/** Whether a turn of it could start now. */
export const isFree = (member: CrewMember): member is CrewMember & { readonly hand: Hand } =>
  member.room > 0 && isHand(member.hand)
