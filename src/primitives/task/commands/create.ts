import { Failure } from '../../../errors.ts'
import { plainHandle } from '../../../kernel/handle.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { noteReplaced } from '../../orchestration/commands/take-note.ts'
import { mayAdd, mayGoOn } from '../../run/budget.ts'
import type { Run } from '../../run/find.ts'
import { cancelTree } from '../cancel-tree.ts'
import { allSatisfied, dependentsOf, waitersOf } from '../consequences.ts'
import { cycleRefused, cycleThrough } from '../decide/planning.ts'
import { type Task, taskNamed, theTask } from '../find.ts'
import { openLane } from '../lanes.ts'
import { taskStream } from '../rows.ts'
import { hasEnded } from '../state.ts'
import { type Batch, type Plan, type Resolved, resolvePlan, titleOf } from './plan.ts'

export interface Created {
  readonly run_id: string
  /** Ids by key, or by index where there is no key. */
  readonly task_ids: Readonly<Record<string, string>>
  readonly ready: number
  readonly blocked: number
}

const defaultAttempts = 3
const defaultRetryDelay = 10_000

/** How a refusal names a field of the plan at an index. */
type FieldOf = (index: number) => string
const inTasks: FieldOf = (index) => `tasks[${index}].`

/**
 * Adds tasks to a run, all or none. They may name each other by key, in any order; who depends on a task that is
 * replaced here depends on the one that takes its place.
 */
export const createTasks = async (
  tx: Tx,
  run: Run,
  plans: readonly Plan[],
  fieldOf: FieldOf = inTasks,
): Promise<Created> => {
  await mayGoOn(tx, run)
  await mayAdd(tx, run, 'max_tasks', plans.length)
  const batch = await batchOf(tx, run, plans, fieldOf)
  const all: Resolved[] = []
  for (const [index, plan] of plans.entries()) {
    const id = batch.ids[index] as string
    all.push(await resolvePlan(tx, run, plan, { id, field: fieldOf(index), batch }))
  }
  await refuseCycles(tx, all, batch)
  let ready = 0
  for (const item of all) if (await create(tx, run, item)) ready++
  // First all edges, then the ends: what ends here may take a successor made here with it, and its dependents too.
  for (const item of all) if (item.replaced) await takeOver(tx, run, item.replaced, item.id)
  for (const item of all)
    if (item.replaced) await cancelTree(tx, run, item.replaced, `replaced by ${item.id}`)
  const task_ids = Object.fromEntries(all.map(({ plan, id }, index) => [plan.key ?? String(index), id]))
  return { run_id: run.id, task_ids, ready, blocked: all.length - ready }
}

/** Gives every plan its id and refuses what they cannot be to each other or to the run. */
const batchOf = async (tx: Tx, run: Run, plans: readonly Plan[], fieldOf: FieldOf): Promise<Batch> => {
  const ids = plans.map(() => tx.newId('tsk'))
  const byKey = new Map<string, string>()
  for (const [index, { key }] of plans.entries()) {
    if (key === undefined) continue
    const field = `${fieldOf(index)}key`
    plainHandle(key, field)
    const used = byKey.has(key)
      ? 'twice in this call'
      : (await taskNamed(tx, run.no, key))
        ? 'in this run'
        : ''
    if (used)
      throw new Failure(
        'conflict',
        `${field}: "${key}" is used already ${used}.`,
        'Give another key, or use update_task for the task that has it.',
        { field, key },
      )
    byKey.set(key, ids[index] as string)
  }
  for (const [index, { key }] of plans.entries()) {
    if (key !== undefined || !byKey.has(String(index))) continue
    throw new Failure(
      'conflict',
      `${fieldOf(index)}key: without a key this task is answered as "${index}", which is the key of another.`,
      'Give every task of this call a key.',
      { field: `${fieldOf(index)}key`, key: String(index) },
    )
  }
  return { ids, byKey, successors: await successorsOf(tx, run, plans, ids, fieldOf) }
}

/** Which new task takes the place of which stored one. */
const successorsOf = async (
  tx: Tx,
  run: Run,
  plans: readonly Plan[],
  ids: readonly string[],
  fieldOf: FieldOf,
): Promise<ReadonlyMap<string, string>> => {
  const successors = new Map<string, string>()
  for (const [index, { replaces }] of plans.entries()) {
    if (replaces === undefined) continue
    const field = `${fieldOf(index)}replaces`
    const { id, state } = await theTask(tx, run.no, replaces)
    const problem =
      state.status === 'done' ? 'is done' : successors.has(id) ? 'is replaced twice in this call' : undefined
    if (problem)
      throw new Failure(
        'conflict',
        `${field}: task ${id} ${problem}, so this one cannot take its place.`,
        'Leave replaces out, or name another task.',
        { field, task_id: id },
      )
    successors.set(id, ids[index] as string)
  }
  return successors
}

/**
 * A cycle needs a new task on its way: through the keys of this call, or through a replaced task, whose dependents
 * will wait for the new one.
 */
const refuseCycles = async (tx: Tx, all: readonly Resolved[], { successors }: Batch): Promise<void> => {
  if (successors.size === 0 && all.every(({ dependsOn }) => dependsOn.length === 0)) return
  const waitsFor = new Map(all.map(({ id, dependsOn }) => [id, dependsOn]))
  const names = new Map(all.map(({ id, plan }) => [id, plan.key ?? id]))
  const queue = [...successors.keys()]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const dependent of await dependentsOf(tx, id)) {
      if (waitsFor.has(dependent.id) || hasEnded(dependent.state)) continue
      const { dependsOn, key } = dependent.state
      waitsFor.set(
        dependent.id,
        dependsOn.map((before) => successors.get(before) ?? before),
      )
      names.set(dependent.id, key ?? dependent.id)
      queue.push(dependent.id)
    }
  }
  const cycle = cycleThrough(
    all.map(({ id }) => id),
    (id) => waitsFor.get(id) ?? [],
  )
  if (cycle) throw cycleRefused(cycle.map((id) => names.get(id) ?? id))
}

/** Writes one task; answers whether it is ready. */
const create = async (tx: Tx, run: Run, item: Resolved): Promise<boolean> => {
  const { plan, id, dependsOn, requires, agent, checks, parent, depth, replaced } = item
  const blocked = dependsOn.length > 0 && !(await allSatisfied(tx, run, dependsOn, plan.start))
  await openLane(tx, { run: run.no, agent, except: null, requires })
  await tx.create(taskStream, { id, run: run.no }, [
    {
      type: 'task.created',
      data: {
        title: plan.title ?? titleOf(plan.task),
        task: plan.task,
        context: plan.context ?? null,
        checks,
        ...(plan.scored && { scored: true as const }),
        key: plan.key ?? null,
        requires,
        depends_on: dependsOn,
        priority: plan.priority ?? 'normal',
        agent,
        except: null,
        timeout_ms: plan.timeout_ms ?? null,
        max_attempts: plan.max_attempts ?? defaultAttempts,
        retry_delay_ms: plan.retry_delay_ms ?? defaultRetryDelay,
        parent,
        depth,
        replaces: replaced?.id ?? null,
        reviews: null,
        blocked,
        ...(plan.start && { start: plan.start }),
        ...(plan.role && { role: plan.role }),
      },
    },
  ])
  return !blocked
}

/** Moves the dependents of a task over to the one that takes its place. */
const takeOver = async (tx: Tx, run: Run, from: Task, to: string): Promise<void> => {
  for (const dependent of await dependentsOf(tx, from.id)) {
    // One that is under way went on without it (on_failed_prerequisite: proceed) and is left alone.
    if (dependent.state.status !== 'blocked' && dependent.state.status !== 'ready') continue
    const dependsOn = dependent.state.dependsOn.map((id) => (id === from.id ? to : id))
    const blocked = !(await allSatisfied(tx, run, dependsOn, dependent.state.start))
    const data = { from: from.id, to, blocked }
    await tx.append(dependent, [{ type: 'task.prerequisite_replaced', data }])
  }
  for (const no of (await waitersOf(tx, from.id)).orchestrations) await noteReplaced(tx, no, from.id, to)
}
