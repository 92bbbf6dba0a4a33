import { Failure, invalid } from '../../../errors.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { abilityNames } from '../../agent/abilities.ts'
import { activeAgent } from '../../agent/find.ts'
import { holds, missing } from '../../capability/graph.ts'
import { capabilityNames, vocabulary } from '../../capability/vocabulary.ts'
import { overBudget } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { gatesOf } from '../../run/state.ts'
import { standingOf } from '../decide/planning.ts'
import type { Check, Role, StartRule } from '../events.ts'
import { type Task, taskNamed, theTask } from '../find.ts'
import type { Priority } from '../priority.ts'

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
  readonly checks?: readonly GivenCheck[] | undefined
  readonly replaces?: string | undefined
  readonly parent_task_id?: string | undefined
  /** Not for clients: an orchestration sets it. */
  readonly start?: StartRule | undefined
  /** Not for clients: absent from work. */
  readonly role?: Role | undefined
  /** Not for clients: its author is asked for a score. */
  readonly scored?: true | undefined
}

/** A check as a client gives it. */
export type GivenCheck =
  | Extract<Check, { kind: 'schema' | 'condition' | 'gate' }>
  | {
      readonly kind: 'review'
      readonly requires?: readonly string[] | undefined
      readonly agent_id?: string | undefined
      readonly instructions?: string | undefined
    }

/** What the plans of one call are to each other. */
export interface Batch {
  /** New ids, in the order of the plans. */
  readonly ids: readonly string[]
  /** New ids by key. */
  readonly byKey: ReadonlyMap<string, string>
  /** The new task's id by the id of the one that it replaces. */
  readonly successors: ReadonlyMap<string, string>
}

/** A plan with every handle resolved. */
export interface Resolved {
  readonly plan: Plan
  readonly id: string
  readonly dependsOn: readonly string[]
  readonly requires: readonly string[]
  readonly agent: string | null
  readonly checks: readonly Check[]
  readonly parent: string | null
  readonly depth: number
  readonly replaced: Task | undefined
}

/** Resolves one plan. `field` names it in refusals: `tasks[3].`, or nothing where the call is the plan. */
export const resolvePlan = async (
  tx: Tx,
  run: Run,
  plan: Plan,
  { id, field, batch }: { readonly id: string; readonly field: string; readonly batch: Batch },
): Promise<Resolved> => {
  const dependsOn = new Set<string>()
  for (const handle of plan.depends_on ?? [])
    dependsOn.add(await waitedFor(tx, run, handle, batch, `${field}depends_on`))
  const requires = capabilityNames(plan.requires ?? [], `${field}requires`)
  const replaced = plan.replaces === undefined ? undefined : await theTask(tx, run.no, plan.replaces)
  const parent = await parentOf(tx, run, plan.parent_task_id ?? replaced?.state.parent ?? undefined, field)
  const agent =
    plan.agent_id === undefined ? null : await addressee(tx, run, plan.agent_id, requires, `${field}agent_id`)
  return {
    plan,
    id,
    dependsOn: [...dependsOn],
    requires,
    agent,
    checks: await resolveChecks(tx, run, plan.checks ?? [], agent, `${field}checks`),
    parent: parent?.id ?? null,
    depth: parent ? parent.state.depth + 1 : 0,
    replaced,
  }
}

/** What a handle in depends_on means: a task of this call, the successor that this call gives one, or a stored one. */
const waitedFor = async (
  tx: Tx,
  run: Run,
  handle: string,
  { byKey, successors }: Batch,
  field: string,
): Promise<string> => {
  const fresh = byKey.get(handle)
  if (fresh !== undefined) return fresh
  const stored = await taskNamed(tx, run.no, handle)
  const successor = stored && successors.get(stored.id)
  return successor ?? (await prerequisite(tx, run, handle, field)).id
}

/** A stored task that another may wait for: one that can still be done, or is. */
export const prerequisite = async (tx: Tx, run: Run, handle: string, field: string): Promise<Task> => {
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
  return task
}

/** The agent a task is addressed to: it must be able to do it. Answers its id. */
export const addressee = async (
  tx: Tx,
  run: Run,
  handle: string,
  requires: readonly string[],
  field: string,
): Promise<string> => {
  const agent = await activeAgent(tx, run.no, handle)
  const { graph } = await vocabulary(tx)
  const held = await abilityNames(tx, agent)
  if (holds(graph, held, requires)) return agent.id
  const lacks = missing(graph, held, requires)
  throw new Failure(
    'capability_missing',
    `${field}: ${agent.id} lacks ${lacks.join(', ')}.`,
    'Address another agent, leave agent_id out, or require less.',
    { field, agent_id: agent.id, missing: lacks },
  )
}

/** The task under which another is delegated: one that has not failed or been cancelled, within max_depth. */
const parentOf = async (
  tx: Tx,
  run: Run,
  handle: string | undefined,
  field: string,
): Promise<Task | undefined> => {
  if (handle === undefined) return undefined
  const parent = await theTask(tx, run.no, handle)
  const { status, depth } = parent.state
  if (status === 'failed' || status === 'cancelled')
    throw new Failure(
      'already_ended',
      `${field}parent_task_id: task ${parent.id} has ended (${status}), so nothing can be delegated under it.`,
      'Leave parent_task_id out, or create a task that replaces it.',
      { task_id: parent.id, status },
    )
  const tooDeep = overBudget(run.state.settings, 'max_depth', depth, 1)
  if (tooDeep) throw tooDeep
  return parent
}

const resolveChecks = async (
  tx: Tx,
  run: Run,
  checks: readonly GivenCheck[],
  author: string | null,
  field: string,
): Promise<readonly Check[]> => {
  const resolved: Check[] = []
  for (const [index, check] of checks.entries()) {
    const at = `${field}[${index}]`
    if (check.kind === 'gate') mustBeSet(run, check.gate, `${at}.condition`)
    if (check.kind !== 'review') {
      resolved.push(check)
      continue
    }
    const requires = capabilityNames(check.requires ?? [], `${at}.requires`)
    const reviewer = check.agent_id && (await addressee(tx, run, check.agent_id, requires, `${at}.agent_id`))
    if (reviewer && reviewer === author)
      throw invalid(`${at}.agent_id`, 'nobody reviews their own work', 'Name another agent, or leave it out.')
    resolved.push({
      kind: 'review',
      requires,
      ...(reviewer && { agent_id: reviewer }),
      ...(check.instructions !== undefined && { instructions: check.instructions }),
    })
  }
  return resolved
}

/** A gate that a check names must be there: one that is forgotten would hold the task up for ever. */
const mustBeSet = (run: Run, name: string, field: string): void => {
  const names = gatesOf(run.state).list.map((gate) => gate.name)
  if (names.includes(name)) return
  throw invalid(
    field,
    `there is no gate "${name}"`,
    names.length > 0 ? `Use one of ${names.join(', ')}.` : 'Set it first with set_quality_gate.',
  )
}

/** A title from the first line of the text. */
export const titleOf = (text: string): string => {
  const [first = ''] = text.trim().split('\n', 1)
  const line = first.replace(/\p{Cc}+/gu, ' ')
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`
}
