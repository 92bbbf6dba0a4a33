import { Failure } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { activeAgent } from '../../agent/find.ts'
import { mustBeOpen } from '../../run/decide.ts'
import { type Run, runByNo, type Speaker, theRun } from '../../run/find.ts'
import { allSatisfied, childrenOf, follow } from '../consequences.ts'
import { cycleRefused, cycleThrough, decideCancel, decideRevise } from '../decide/planning.ts'
import { decideRelease } from '../decide/reporting.ts'
import { definitionOf, type Task, theTask } from '../find.ts'
import { openLane } from '../lanes.ts'
import type { Priority } from '../priority.ts'
import { taskStream } from '../rows.ts'
import { hasEnded } from '../state.ts'
import { titleOf } from './create.ts'

/** The task that a call names, and its run: from the id, else from what the session means. */
export const taskAndRun = async (
  tx: Tx,
  handle: string,
  runId: string | undefined,
  speaker: Speaker,
): Promise<{ readonly run: Run; readonly task: Task }> => {
  const byId = runId === undefined ? await tx.load(taskStream, handle) : undefined
  const run = byId ? await runByNo(tx, byId.run) : await theRun(tx, runId, speaker)
  return { run, task: await theTask(tx, run.no, handle) }
}

export interface Change {
  readonly run_id?: string | undefined
  readonly task_id: string
  readonly depends_on?: readonly string[] | undefined
  readonly priority?: Priority | undefined
  /** Null: addressed to nobody any more. */
  readonly agent_id?: string | null | undefined
  readonly task?: string | undefined
  readonly speaker: Speaker
}

/** Changes what an unclaimed task says, waits for, or whom it is addressed to. */
export const updateTask = async (
  tx: Tx,
  input: Change,
): Promise<{ readonly run_id: string; readonly task_id: string; readonly status: string }> => {
  const { run, task } = await taskAndRun(tx, input.task_id, input.run_id, input.speaker)
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const dependsOn = await newPrerequisites(tx, run, task, input.depends_on)
  const agent =
    input.agent_id === undefined || input.agent_id === null
      ? input.agent_id
      : (await activeAgent(tx, run.no, input.agent_id)).id
  const definition = input.task === undefined ? null : await definitionOf(tx, task.state)
  const blocked = !(await allSatisfied(tx, run, dependsOn ?? task.state.dependsOn))
  const revision = {
    id: task.id,
    definition: definition && {
      ...definition,
      task: input.task as string,
      title: titleOf(input.task as string),
    },
    dependsOn,
    priority: input.priority,
    agent,
    blocked,
  }
  await tx.append(task, accepted(decideRevise(task.state, revision)))
  const { except, requires } = task.state
  await openLane(tx, { run: run.no, agent: task.state.agent, except, requires })
  return { run_id: run.id, task_id: task.id, status: task.state.status }
}

/** Resolves new prerequisites and refuses those through which the task would wait for itself. */
const newPrerequisites = async (
  tx: Tx,
  run: Run,
  task: Task,
  handles: readonly string[] | undefined,
): Promise<readonly string[] | undefined> => {
  if (handles === undefined) return undefined
  const found: Task[] = []
  for (const handle of handles) found.push(await theTask(tx, run.no, handle))
  const waitsFor = new Map<string, readonly string[]>([[task.id, found.map(({ id }) => id)]])
  for (const queue = [...found]; queue.length > 0; ) {
    const next = queue.pop() as Task
    if (waitsFor.has(next.id)) continue
    waitsFor.set(next.id, next.state.dependsOn)
    for (const id of next.state.dependsOn) {
      const further = waitsFor.has(id) ? undefined : await tx.load(taskStream, id)
      if (further) queue.push(further)
    }
  }
  const cycle = cycleThrough([task.id], (id) => waitsFor.get(id) ?? [])
  if (cycle) throw cycleRefused(cycle)
  return [...new Set(found.map(({ id }) => id))]
}

/** Cancels a task with everything that waits for it or was delegated under it. */
export const cancelTask = async (
  tx: Tx,
  input: {
    readonly run_id?: string | undefined
    readonly task_id: string
    readonly reason: string | null
    readonly speaker: Speaker
  },
): Promise<{ readonly run_id: string; readonly cancelled_task_ids: readonly string[] }> => {
  const { run, task } = await taskAndRun(tx, input.task_id, input.run_id, input.speaker)
  if (hasEnded(task.state))
    throw new Failure(
      'already_ended',
      `Task ${task.id} has ended (${task.state.status}).`,
      'Nothing needs to be done.',
      { task_id: task.id, status: task.state.status },
    )
  return { run_id: run.id, cancelled_task_ids: await cancelTree(tx, run, task, input.reason) }
}

const cancelTree = async (
  tx: Tx,
  run: Run,
  task: Task,
  reason: string | null,
): Promise<readonly string[]> => {
  const cancelled: string[] = []
  const queue = [task]
  for (let next = queue.shift(); next; next = queue.shift()) {
    const events = decideCancel(next.state, reason)
    if (events.length === 0) continue
    await tx.append(next, events)
    cancelled.push(next.id)
    queue.push(...(await childrenOf(tx, next.id)))
    const so = await follow(tx, run, next)
    cancelled.push(...so.cancelled)
  }
  return cancelled
}

/** Gives a claim back: ready again, the attempt not counted. True when there was one to give back. */
export const releaseTask = async (tx: Tx, task: Task, why: string): Promise<boolean> => {
  const events = decideRelease(task.state, why)
  await tx.append(task, events)
  return events.length > 0
}
