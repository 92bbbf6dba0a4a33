import { Failure, invalid } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { activeAgent, theAgent } from '../../agent/find.ts'
import { holds, missing } from '../../capability/graph.ts'
import { capabilityNames, vocabulary } from '../../capability/vocabulary.ts'
import { mayAdd, mayGoOn } from '../../run/budget.ts'
import { overBudget } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { allSatisfied, dependentsOf } from '../consequences.ts'
import { cycleRefused, cycleThrough, decideCancel, standingOf } from '../decide/planning.ts'
import type { Check } from '../events.ts'
import { type Task, taskNamed, theTask } from '../find.ts'
import { openLane } from '../lanes.ts'
import type { Priority } from '../priority.ts'
import { taskStream } from '../rows.ts'
import { hasEnded } from '../state.ts'

/** One task as a client asks for it. Durations in ms. */
export interface Plan {
  readonly key?: string | undefined
  readonly title?: string | undefined
  readonly task: string
  readonly requires?: readonly string[] | undefined
  readonly depends_on?: readonly string[] | undefined
  readonly priority?: Priority | undefined
  readonly agent_id?: string | undefined
  readonly timeout_ms?: number | undefined
  readonly max_attempts?: number | undefined
  readonly retry_delay_ms?: number | undefined
  readonly context?: unknown
  readonly checks?: readonly Check[] | undefined
  readonly replaces?: string | undefined
  readonly parent_task_id?: string | undefined
}

export interface Created {
  readonly run_id: string
  /** Ids by key, or by index where there is no key. */
  readonly task_ids: Readonly<Record<string, string>>
  readonly ready: number
  readonly blocked: number
}

/** A plan with every handle resolved to an id. */
interface Resolved {
  readonly plan: Plan
  readonly field: string
  readonly id: string
  readonly dependsOn: readonly string[]
  readonly requires: readonly string[]
  readonly agent: string | null
  readonly parent: Task | undefined
  readonly replaced: Task | undefined
}

const defaultAttempts = 3
const defaultRetryDelay = 10_000

/** Adds tasks to a run, all or none. They may name each other by key, in any order. */
export const createTasks = async (tx: Tx, run: Run, plans: readonly Plan[]): Promise<Created> => {
  await mayGoOn(tx, run)
  await mayAdd(tx, run, 'max_tasks', plans.length)
  const ids = await freshKeys(tx, run, plans)
  const all: Resolved[] = []
  for (const [index, plan] of plans.entries()) all.push(await resolve(tx, run, plan, index, ids))
  await refuseCycles(tx, all)
  let ready = 0
  for (const item of all) if (await create(tx, run, item)) ready++
  for (const item of all) if (item.replaced) await replace(tx, run, item.replaced, item.id)
  const task_ids = Object.fromEntries(all.map(({ plan, id }, index) => [plan.key ?? String(index), id]))
  return { run_id: run.id, task_ids, ready, blocked: all.length - ready }
}

/** New ids by key; a key may be used once in a run. */
const freshKeys = async (tx: Tx, run: Run, plans: readonly Plan[]): Promise<Map<string, string>> => {
  const ids = new Map<string, string>()
  for (const [index, { key }] of plans.entries()) {
    if (key === undefined) continue
    const known = ids.has(key)
      ? 'twice in this call'
      : (await taskNamed(tx, run.no, key))
        ? 'in this run'
        : ''
    if (known)
      throw new Failure(
        'conflict',
        `tasks[${index}].key: "${key}" is used already ${known}.`,
        'Give another key, or use update_task for the task that has it.',
        { field: `tasks[${index}].key`, key },
      )
    ids.set(key, tx.newId('tsk'))
  }
  return ids
}

const resolve = async (
  tx: Tx,
  run: Run,
  plan: Plan,
  index: number,
  ids: ReadonlyMap<string, string>,
): Promise<Resolved> => {
  const field = `tasks[${index}]`
  const dependsOn: string[] = []
  for (const handle of plan.depends_on ?? [])
    dependsOn.push(ids.get(handle) ?? (await openPrerequisite(tx, run, handle, `${field}.depends_on`)))
  const requires = capabilityNames(plan.requires ?? [], `${field}.requires`)
  const parent =
    plan.parent_task_id === undefined ? undefined : await theTask(tx, run.no, plan.parent_task_id)
  const depth = (parent?.state.depth ?? -1) + 1
  const tooDeep = overBudget(run.state.settings, 'max_depth', 0, depth)
  if (tooDeep) throw tooDeep
  const replaced = plan.replaces === undefined ? undefined : await theTask(tx, run.no, plan.replaces)
  if (replaced?.state.status === 'done')
    throw new Failure(
      'conflict',
      `Task ${replaced.id} is done, so nothing can take its place.`,
      'Leave replaces out.',
      {
        field: `${field}.replaces`,
      },
    )
  return {
    plan: { ...plan, checks: await resolveChecks(tx, run, plan.checks ?? [], field) },
    field,
    id: (plan.key === undefined ? undefined : ids.get(plan.key)) ?? tx.newId('tsk'),
    dependsOn: [...new Set(dependsOn)],
    requires,
    agent: await addressee(tx, run, plan.agent_id, requires, field),
    parent,
    replaced,
  }
}

const openPrerequisite = async (tx: Tx, run: Run, handle: string, field: string): Promise<string> => {
  const task = await taskNamed(tx, run.no, handle)
  if (!task || task.state.status === 'undone')
    throw new Failure(
      'not_found',
      `${field}: there is no task "${handle}".`,
      'Name a task of this run, or the key of one in the same call.',
      { field, task: handle },
    )
  const rule = run.state.settings.on_failed_prerequisite
  const standing = standingOf(task.state, rule)
  if (standing === 'cancelled' || (standing === 'failed' && rule === 'cancel'))
    throw new Failure(
      'conflict',
      `${field}: task ${task.id} was ${task.state.status}, so this task would never start.`,
      'Leave it out, or create one that replaces it first.',
      { field, task_id: task.id },
    )
  return task.id
}

/** The agent a task is addressed to: it must be able to do it. */
const addressee = async (
  tx: Tx,
  run: Run,
  handle: string | undefined,
  requires: readonly string[],
  field: string,
): Promise<string | null> => {
  if (handle === undefined) return null
  const agent = await activeAgent(tx, run.no, handle)
  const { graph } = await vocabulary(tx)
  const held = agent.state.capabilities.map((capability) => capability.name)
  if (!holds(graph, held, requires)) {
    const lacks = missing(graph, held, requires)
    throw new Failure(
      'capability_missing',
      `${field}.agent_id: ${agent.id} lacks ${lacks.join(', ')}.`,
      'Address another agent, leave agent_id out, or require less.',
      { field: `${field}.agent_id`, agent_id: agent.id, missing: lacks },
    )
  }
  return agent.id
}

const resolveChecks = async (
  tx: Tx,
  run: Run,
  checks: readonly Check[],
  field: string,
): Promise<readonly Check[]> => {
  const resolved: Check[] = []
  for (const check of checks) {
    if (check.kind === 'schema') resolved.push(check)
    else {
      const requires = capabilityNames(check.requires ?? [], `${field}.checks`)
      const agent = check.agent_id === undefined ? undefined : await theAgent(tx, run.no, check.agent_id)
      resolved.push({ ...check, requires, ...(agent && { agent_id: agent.id }) })
    }
  }
  return resolved
}

/**
 * A cycle needs a new task on its way: through the keys of this call, or through a replaced task, whose dependents
 * will wait for the new one.
 */
const refuseCycles = async (tx: Tx, all: readonly Resolved[]): Promise<void> => {
  const waitsFor = new Map(all.map(({ id, dependsOn }) => [id, [...dependsOn]]))
  for (const { id, replaced } of all)
    if (replaced) {
      const seen = new Set<string>()
      for (const queue = [replaced.id]; queue.length > 0; ) {
        for (const dependent of await dependentsOf(tx, queue.pop() as string)) {
          if (seen.has(dependent.id)) continue
          seen.add(dependent.id)
          const before = waitsFor.get(dependent.id) ?? [...dependent.state.dependsOn]
          waitsFor.set(
            dependent.id,
            before.map((prerequisite) => (prerequisite === replaced.id ? id : prerequisite)),
          )
          queue.push(dependent.id)
        }
      }
    }
  const cycle = cycleThrough(
    all.map(({ id }) => id),
    (id) => waitsFor.get(id) ?? [],
  )
  if (!cycle) return
  const keys = new Map(all.map(({ id, plan }) => [id, plan.key ?? id]))
  throw cycleRefused(cycle.map((id) => keys.get(id) ?? id))
}

/** Writes one task; answers whether it is ready. */
const create = async (tx: Tx, run: Run, item: Resolved): Promise<boolean> => {
  const { plan, id, dependsOn, requires, agent, parent, replaced } = item
  const blocked = dependsOn.length > 0 && !(await allSatisfied(tx, run, dependsOn))
  await openLane(tx, { run: run.no, agent, except: null, requires })
  await tx.create(taskStream, { id, run: run.no }, [
    {
      type: 'task.created',
      data: {
        title: plan.title ?? titleOf(plan.task),
        task: plan.task,
        context: plan.context ?? null,
        checks: plan.checks ?? [],
        key: plan.key ?? null,
        requires,
        depends_on: dependsOn,
        priority: plan.priority ?? 'normal',
        agent,
        except: null,
        timeout_ms: plan.timeout_ms ?? null,
        max_attempts: plan.max_attempts ?? defaultAttempts,
        retry_delay_ms: plan.retry_delay_ms ?? defaultRetryDelay,
        parent: parent?.id ?? null,
        depth: (parent?.state.depth ?? -1) + 1,
        replaces: replaced?.id ?? null,
        reviews: null,
        blocked,
      },
    },
  ])
  return !blocked
}

/** A title from the first line of the text. */
export const titleOf = (text: string): string => {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`
}

/** Moves the dependents of a task over to the one that takes its place, and cancels it if it has not ended. */
const replace = async (tx: Tx, run: Run, from: Task, to: string): Promise<void> => {
  for (const dependent of await dependentsOf(tx, from.id)) {
    if (hasEnded(dependent.state) || dependent.id === to) continue
    const dependsOn = dependent.state.dependsOn.map((id) => (id === from.id ? to : id))
    const blocked = !(await allSatisfied(tx, run, dependsOn))
    const data = { from: from.id, to, blocked }
    await tx.append(dependent, [{ type: 'task.prerequisite_replaced', data }])
  }
  await tx.append(from, decideCancel(from.state, `replaced by ${to}`))
}

/** Refuses a key or title that cannot be told from an id. */
export const plainHandle = (handle: string, field: string): void => {
  if (/^(run|agt|tsk|chk)_/.test(handle))
    throw invalid(field, `"${handle}" looks like an id`, 'Choose a name without the prefix of an id.')
}
