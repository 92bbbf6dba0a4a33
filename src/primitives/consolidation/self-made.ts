import type { Reader } from '../../kernel/ports.ts'
import { actorOf } from '../history/actor.ts'
import { taskById, taskByNo } from '../task/find.ts'
import type { TaskOutcome } from '../task/outcomes.ts'

/**
 * Whether an agent did what it had set itself: it, or another agent that its session works as, made the task or one that
 * it is part of. Such an outcome says nothing of the agent: it could have made as many as it likes, of any name. What a
 * conductor made counts, also where one plays the agent without having joined as it. One read for each task upwards, and
 * a run's `max_depth` bounds how many.
 */
export const isSelfMade = async (
  db: Reader,
  no: number,
  { agent, actors }: Pick<TaskOutcome, 'agent' | 'actors'>,
): Promise<boolean> => {
  const sessions = new Set<string>()
  for (const one of actors) {
    const { session, as } = await actorOf(db, one)
    if (as === agent) sessions.add(session)
  }
  let task = await taskByNo(db, no)
  while (task) {
    // An entity has the number of its first event: who spoke then has made it.
    const born = await db.event(task.no)
    const maker = born?.stream === task.no ? await actorOf(db, born.actor) : undefined
    if (maker?.proof !== undefined && (maker.as === agent || sessions.has(maker.session))) return true
    task = task.state.parent === null ? undefined : await taskById(db, task.state.parent)
  }
  return false
}
