import { accepted } from '../../kernel/decider.ts'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Run } from '../run/find.ts'
import { decideCancel, standingOf } from './decide/planning.ts'
import { decideVerdict } from './decide/reporting.ts'
import type { Task } from './find.ts'
import { askOfFailure } from './people.ts'
import { type TaskTables, taskStream } from './rows.ts'
import { hasEnded } from './state.ts'

const dependents = statement<TaskTables, { id: string }>()((db, p) =>
  db.selectFrom('edge').select('stream').where('target', '=', p.id).orderBy('stream'),
)
const children = statement<TaskTables, { id: string }>()((db, p) =>
  db.selectFrom('task').select('no').where('parent', '=', p.id).orderBy('no'),
)

/** The tasks that wait for this one. */
export const dependentsOf = async (db: Reader, id: string): Promise<readonly Task[]> => {
  const found: Task[] = []
  for (const { stream } of await db.all(dependents, { id })) {
    const task = await db.loadNo(taskStream, stream)
    if (task) found.push(task)
  }
  return found
}

/** The tasks delegated under this one. */
export const childrenOf = async (db: Reader, id: string): Promise<readonly Task[]> => {
  const found: Task[] = []
  for (const { no } of await db.all(children, { id })) {
    const task = await db.loadNo(taskStream, no)
    if (task && task.state.status !== 'undone') found.push(task)
  }
  return found
}

/** Whether every prerequisite is satisfied, under this run's rule for failed ones. */
export const allSatisfied = async (db: Reader, run: Run, dependsOn: readonly string[]): Promise<boolean> => {
  const rule = run.state.settings.on_failed_prerequisite
  for (const id of dependsOn) {
    const task = await db.load(taskStream, id)
    if (!task || standingOf(task.state, rule) !== 'satisfied') return false
  }
  return true
}

/** What followed from a task's new state: the ids of tasks that became ready, and that were cancelled. */
export interface Consequences {
  readonly unblocked: string[]
  readonly cancelled: string[]
}

/**
 * Carries a task's end to the tasks that wait for it: unblocks, cancels or leaves them by the run's rule. Every
 * dependent's own event is appended here, by the call that ended its last prerequisite.
 */
export const follow = async (
  tx: Tx,
  run: Run,
  ended: Task,
  so: Consequences = { unblocked: [], cancelled: [] },
): Promise<Consequences> => {
  await askOfFailure(tx, run, ended)
  const queue = [ended]
  for (let task = queue.shift(); task; task = queue.shift()) {
    if (!hasEnded(task.state)) continue
    const standing = standingOf(task.state, run.state.settings.on_failed_prerequisite)
    const cancels =
      standing === 'cancelled' ||
      (standing === 'failed' && run.state.settings.on_failed_prerequisite === 'cancel')
    if (task.state.reviews !== null && task.state.status !== 'done') await reviewLost(tx, run, task, so)
    if (standing === 'failed' && !cancels) continue
    for (const dependent of await dependentsOf(tx, task.id)) {
      if (cancels) {
        const events = decideCancel(dependent.state, `${task.id} was ${task.state.status}`)
        if (events.length === 0) continue
        await tx.append(dependent, events)
        so.cancelled.push(dependent.id)
        queue.push(dependent)
      } else if (dependent.state.status === 'blocked') {
        if (!(await allSatisfied(tx, run, dependent.state.dependsOn))) continue
        await tx.append(dependent, [{ type: 'task.unblocked', data: { by: task.id } }])
        so.unblocked.push(dependent.id)
      }
    }
  }
  return so
}

/** A review that will never come counts as a rejection that says so. */
const reviewLost = async (tx: Tx, run: Run, review: Task, so: Consequences): Promise<void> => {
  const reviewed = await tx.load(taskStream, review.state.reviews as string)
  if (!reviewed) return
  const findings = `The review ${review.id} was ${review.state.status}.`
  await tx.append(reviewed, accepted(decideVerdict(reviewed.state, review.id, false, findings)))
  await follow(tx, run, reviewed, so)
}
