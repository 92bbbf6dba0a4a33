import type { Reader } from '../../../kernel/ports.ts'
import { mustConduct } from '../../agent/must-conduct.ts'
import type { Task } from '../find.ts'
import { taskStream } from '../rows.ts'
import type { Plan } from './plan.ts'

/**
 * What a session that joined as agents may do to planned work: add to it, and look after what it handed on. The rest is
 * a conductor's: who is judged could else get rid of the checks, gates and people that judge it.
 */

const speakUp =
  'Say so instead: fail_task with the reason for a task that you hold, or report_progress with a note; or ask the conductor.'

/** What waits for the replaced task would wait for one whose checks its author chose. */
export const mayPlan = (joined: readonly string[], plans: readonly Pick<Plan, 'replaces'>[]): void => {
  if (plans.some(({ replaces }) => replaces !== undefined)) mustConduct(joined, 'replace a task', speakUp)
}

/** Lets conductors change any task, and workers those below one that they hold; never what reviews a result. */
export const mayChange = async (
  db: Reader,
  joined: readonly string[],
  task: Task,
  what: 'update' | 'cancel',
): Promise<void> => {
  if (joined.length === 0) return
  if (task.state.reviews !== null) mustConduct(joined, `${what} the review ${task.id}`, speakUp)
  if (await isBelow(db, joined, task)) return
  mustConduct(joined, `${what} ${task.id}, which is not part of a task that it holds`, speakUp)
}

/** The same for tasks that a change of another touches: what it takes along, or no longer waits for. */
export const mayTouch = async (
  db: Reader,
  joined: readonly string[],
  ids: readonly string[],
  how: string,
): Promise<void> => {
  if (joined.length === 0) return
  for (const id of ids) {
    const task = await db.load(taskStream, id)
    if (!task || (await isBelow(db, joined, task))) continue
    mustConduct(joined, `${how} ${id}, which is not part of a task that it holds`, speakUp)
  }
}

/** Whether a task was delegated, at any depth, under one that these agents hold. */
const isBelow = async (db: Reader, joined: readonly string[], { state }: Task): Promise<boolean> => {
  for (let at = state; at.status !== 'undone' && at.parent !== null; ) {
    const above = await db.load(taskStream, at.parent)
    if (!above) return false
    at = above.state
    if (at.status === 'claimed' && joined.includes(at.by)) return true
  }
  return false
}
