import { Failure, invalid } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run, Speaker } from '../../run/find.ts'
import { cancelTree } from '../cancel-tree.ts'
import { allSatisfied } from '../consequences.ts'
import { cycleRefused, cycleThrough, decideRevise } from '../decide/planning.ts'
import { decideRelease } from '../decide/reporting.ts'
import { definitionOf, type Task, taskAndRun } from '../find.ts'
import { openLane } from '../lanes.ts'
import type { Priority } from '../priority.ts'
import { taskStream } from '../rows.ts'
import { hasEnded } from '../state.ts'
import { addressee, prerequisite, titleOf } from './plan.ts'
import { mayChange, mayTouch } from './worker.ts'

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
  const { depends_on, priority, agent_id } = input
  if ([depends_on, priority, agent_id, input.task].every((given) => given === undefined))
    throw invalid('task_id', 'nothing to change was given', 'Give depends_on, priority, agent_id or task.')
  const { run, task } = await taskAndRun(tx, input.task_id, input.run_id, input.speaker)
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const { joined } = input.speaker
  await mayChange(tx, joined, task, 'update')
  const dependsOn = await newPrerequisites(tx, run, task, depends_on)
  const dropped = dependsOn ? task.state.dependsOn.filter((id) => !dependsOn.includes(id)) : []
  await mayTouch(tx, joined, dropped, `free ${task.id} of`)
  const agent = agent_id ? await addressee(tx, run, agent_id, task.state.requires, 'agent_id') : agent_id
  const definition = input.task === undefined ? null : await definitionOf(tx, task.state)
  const blocked = !(await allSatisfied(tx, run, dependsOn ?? task.state.dependsOn, task.state.start))
  const revision = {
    id: task.id,
    definition: definition && {
      ...definition,
      task: input.task as string,
      title: titleOf(input.task as string),
    },
    dependsOn,
    priority,
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
  for (const handle of handles) found.push(await prerequisite(tx, run, handle, 'depends_on'))
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
  const { joined } = input.speaker
  await mayChange(tx, joined, task, 'cancel')
  if (hasEnded(task.state))
    throw new Failure(
      'already_ended',
      `Task ${task.id} has ended (${task.state.status}).`,
      'Nothing needs to be done.',
      { task_id: task.id, status: task.state.status },
    )
  const cancelled_task_ids = await cancelTree(tx, run, task, input.reason)
  await mayTouch(tx, joined, cancelled_task_ids, `cancel with ${task.id} also`)
  return { run_id: run.id, cancelled_task_ids }
}

/** Gives a claim back: ready again, the attempt not counted. True when there was one to give back. */
export const releaseTask = async (tx: Tx, task: Task, why: string): Promise<boolean> => {
  const events = decideRelease(task.state, why)
  await tx.append(task, events)
  return events.length > 0
}

/** Opens a task to any agent that fits, where it was addressed to one. */
export const unaddress = async (tx: Tx, task: Task, why: string): Promise<void> => {
  const { agent, except, requires } = task.state
  if (agent === null) return
  await openLane(tx, { run: task.run, agent: null, except, requires })
  await tx.append(task, [{ type: 'task.unaddressed', data: { agent, why } }])
}

/** Addresses a task that nobody has claimed to another agent. A claimed one stays with whoever holds it. */
export const readdress = async (tx: Tx, task: Task, agent: string): Promise<void> => {
  const { except, requires, dependsOn, status, priority } = task.state
  if (status !== 'ready' && status !== 'blocked') return
  await openLane(tx, { run: task.run, agent, except, requires })
  const data = { definition: null, depends_on: dependsOn, priority, agent, blocked: status === 'blocked' }
  await tx.append(task, [{ type: 'task.revised', data }])
}
