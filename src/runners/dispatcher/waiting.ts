import type { Reader } from '../../kernel/ports.ts'
import { runById } from '../../primitives/run/find.ts'
import { nextInLanes } from '../../primitives/task/lanes.ts'
import type { Workforce } from '../hands.ts'
import { crewOf } from './crew.ts'

/** The most tasks of a run that are counted: beyond it "many" is all that tuning needs to know. */
const mostWaiting = 200

/** Ready tasks of a run that agents with this workforce's means could take, whether or not they have room now. */
export const waitingIn = async (db: Reader, run_id: string, workforce: Workforce): Promise<number> => {
  const run = await runById(db, run_id)
  if (run.state.status !== 'open' || run.state.paused || (await db.tally(String(run.no), 'task.ready')) === 0)
    return 0
  const crew = await crewOf(db, run.no, workforce, new Map())
  const able = crew.filter(({ agent: { state } }) => state.runner !== 'client' && workforce[state.runner])
  const lanes = new Set(able.flatMap((member) => [...member.lanes]))
  return (await nextInLanes(db, [...lanes], mostWaiting)).length
}
