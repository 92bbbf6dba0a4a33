import { accepted } from '../../kernel/decider.ts'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { callsPeople } from '../escalation/commands/open.ts'
import { takeNote } from '../orchestration/commands/take-note.ts'
import type { Run } from '../run/find.ts'
import { decideCancel, standingOf, startStanding } from './decide/planning.ts'
import { decideVerdict } from './decide/reporting.ts'
import type { StartRule } from './events.ts'
import type { Task } from './find.ts'
import { askOfAgent, askOfFailure, dropQuestions } from './people.ts'
import { type TaskTables, taskStream } from './rows.ts'
import { hasEnded, type TaskState } from './state.ts'

const dependents = statement<TaskTables, { id: string }>()((db, p) =>
  db.selectFrom('edge').select('stream').where('target', '=', p.id).orderBy('stream'),
)
const children = statement<TaskTables, { id: string }>()((db, p) =>
  db.selectFrom('task').select('no').where('parent', '=', p.id).orderBy('no'),
)

/** Who waits for a task: other tasks, and (by their numbers) the orchestrations that are not through without it. */
export const waitersOf = async (
  db: Reader,
  id: string,
): Promise<{ readonly tasks: readonly Task[]; readonly orchestrations: readonly number[] }> => {
  const tasks: Task[] = []
  const orchestrations: number[] = []
  for (const { stream } of await db.all(dependents, { id })) {
    const task = await db.loadNo(taskStream, stream)
    if (task) tasks.push(task)
    else orchestrations.push(stream)
  }
  return { tasks, orchestrations }
}

/** The tasks that wait for this one. */
export const dependentsOf = async (db: Reader, id: string): Promise<readonly Task[]> =>
  (await waitersOf(db, id)).tasks

/** The tasks delegated under this one. */
export const childrenOf = async (db: Reader, id: string): Promise<readonly Task[]> => {
  const found: Task[] = []
  for (const { no } of await db.all(children, { id })) {
    const task = await db.loadNo(taskStream, no)
    if (task && task.state.status !== 'undone') found.push(task)
  }
  return found
}

/** Whether a task with these prerequisites may start: by its start rule, else by this run's rule for failed ones. */
export const allSatisfied = async (
  db: Reader,
  run: Run,
  dependsOn: readonly string[],
  start?: StartRule,
): Promise<boolean> => {
  const needs = start?.needs ?? null
  if (needs !== null) return (await startOf(db, dependsOn, needs)) === 'open'
  const rule = run.state.settings.on_failed_prerequisite
  for (const id of dependsOn) {
    const task = await db.load(taskStream, id)
    if (!task || standingOf(task.state, rule) !== 'satisfied') return false
  }
  return true
}

const startOf = async (db: Reader, dependsOn: readonly string[], needs: number) => {
  const before: (TaskState | undefined)[] = []
  for (const id of dependsOn) before.push((await db.load(taskStream, id))?.state)
  return startStanding(before, needs)
}

/** What followed from a task's new state: the ids of tasks that became ready, and that were cancelled. */
export interface Consequences {
  readonly unblocked: string[]
  readonly cancelled: string[]
}

/**
 * Carries a task's end to what waits for it: unblocks, cancels or leaves tasks by the run's rule, and tells its
 * orchestrations. Every dependent's own event is appended here, by the call that ended its last prerequisite.
 */
export const follow = async (
  tx: Tx,
  run: Run,
  ended: Task,
  so: Consequences = { unblocked: [], cancelled: [] },
): Promise<Consequences> => {
  if (callsPeople(run)) {
    await askOfFailure(tx, run, ended)
    await askOfAgent(tx, run, ended)
  }
  const queue = [ended]
  const cancel = async (task: Task, reason: string): Promise<void> => {
    const events = decideCancel(task.state, reason)
    if (events.length === 0) return
    await tx.append(task, events)
    so.cancelled.push(task.id)
    queue.push(task)
  }
  const unblock = async (task: Task): Promise<void> => {
    await tx.append(task, [{ type: 'task.unblocked', data: { by: ended.id } }])
    so.unblocked.push(task.id)
  }
  for (let task = queue.shift(); task; task = queue.shift()) {
    if (!hasEnded(task.state)) continue
    await dropQuestions(tx, run, task)
    const { id, state } = task
    const rule = run.state.settings.on_failed_prerequisite
    const standing = standingOf(state, rule)
    const cancels = standing === 'cancelled' || (standing === 'failed' && rule === 'cancel')
    if (state.reviews !== null && state.status !== 'done') await reviewLost(tx, run, task, so)
    const { tasks, orchestrations } = await waitersOf(tx, id)
    for (const dependent of tasks) {
      const { status, dependsOn, start } = dependent.state
      const needs = start?.needs ?? null
      if (needs !== null && status === 'blocked') {
        const stands = await startOf(tx, dependsOn, needs)
        if (stands === 'open') await unblock(dependent)
        if (stands === 'shut') await cancel(dependent, `fewer than ${needs} of what it waits for are done`)
      } else if (needs === null && cancels) await cancel(dependent, `${id} was ${state.status}`)
      else if (status === 'blocked' && standing === 'satisfied' && (await allSatisfied(tx, run, dependsOn)))
        await unblock(dependent)
    }
    for (const no of orchestrations)
      for (const moot of await takeNote(tx, no))
        for (const one of [moot, ...(await childrenOf(tx, moot.id))])
          await cancel(one, 'enough of its orchestration is done without it')
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
