import { Failure } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { Definition, TaskEvent } from '../events.ts'
import type { Priority } from '../priority.ts'
import { hasEnded, type TaskState } from '../state.ts'

/**
 * A cycle through `start`, as a path that ends where it began, or undefined. Depth-first over `prerequisites`;
 * linear in what it visits.
 */
export const cycleThrough = (
  starts: Iterable<string>,
  prerequisites: (name: string) => readonly string[],
): readonly string[] | undefined => {
  const finished = new Set<string>()
  for (const start of starts) {
    const path: string[] = []
    const onPath = new Set<string>()
    // An explicit stack: a chain of thousands of tasks must not overflow the program's own.
    const stack: { name: string; rest: string[] }[] = []
    const enter = (name: string) => {
      path.push(name)
      onPath.add(name)
      stack.push({ name, rest: [...prerequisites(name)] })
    }
    if (!finished.has(start)) enter(start)
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { name: string; rest: string[] }
      const next = top.rest.pop()
      if (next === undefined) {
        stack.pop()
        path.pop()
        onPath.delete(top.name)
        finished.add(top.name)
      } else if (onPath.has(next)) {
        return [...path.slice(path.indexOf(next)), next]
      } else if (!finished.has(next)) enter(next)
    }
  }
  return undefined
}

export const cycleRefused = (cycle: readonly string[]): Failure =>
  new Failure(
    'dependency_cycle',
    `These tasks would wait for each other: ${cycle.join(' → ')}.`,
    'Leave one of these depends_on out; nothing was written.',
    { cycle },
  )

/** How a prerequisite stands, as far as its dependents care. */
export type Standing = 'open' | 'satisfied' | 'failed' | 'cancelled'

export const standingOf = (state: TaskState, onFailed: 'block' | 'cancel' | 'proceed'): Standing => {
  if (state.status === 'done') return 'satisfied'
  if (state.status === 'failed') return onFailed === 'proceed' ? 'satisfied' : 'failed'
  if (state.status === 'cancelled' || state.status === 'undone') return 'cancelled'
  return 'open'
}

/** Whether a task may start that waits until all before it has ended: `shut` (never) when too few of that is done. */
export const startStanding = (
  before: readonly (TaskState | undefined)[],
  needs: number,
): 'waiting' | 'open' | 'shut' => {
  if (before.some((state) => state && state.status !== 'undone' && !hasEnded(state))) return 'waiting'
  return before.filter((state) => state?.status === 'done').length >= needs ? 'open' : 'shut'
}

/** Cancels a task that has not ended. Nothing when it has. */
export const decideCancel = (state: TaskState, reason: string | null): readonly TaskEvent[] =>
  hasEnded(state) || state.status === 'undone' ? [] : [{ type: 'task.cancelled', data: { reason } }]

/** What update_task may change; undefined leaves a thing as it is. */
export interface Revision {
  readonly id: string
  readonly definition: Definition | null
  readonly dependsOn: readonly string[] | undefined
  readonly priority: Priority | undefined
  readonly agent: string | null | undefined
  /** Whether the prerequisites (those named, else those it has) are all satisfied. */
  readonly blocked: boolean
}

/** Changes a task that nobody has claimed yet. */
export const decideRevise = (state: TaskState, r: Revision): Decision<TaskEvent> => {
  if (hasEnded(state))
    return new Failure(
      'already_ended',
      `Task ${r.id} has ended (${state.status}).`,
      'Create a new task instead.',
      {
        task_id: r.id,
        status: state.status,
      },
    )
  if (state.decides !== undefined)
    return new Failure(
      'conflict',
      `Task ${r.id} ends as ${state.decides} is decided, so it cannot be changed.`,
      'Cancel it to withdraw the proposal, and propose anew.',
      { task_id: r.id, proposal_id: state.decides },
    )
  if (state.status !== 'blocked' && state.status !== 'ready')
    return new Failure(
      'conflict',
      `Task ${r.id} is ${state.status}; only an unclaimed task can be changed.`,
      'Wait for the report, or cancel it and create another.',
      { task_id: r.id, status: state.status },
    )
  const data = {
    definition: r.definition,
    depends_on: r.dependsOn ?? state.dependsOn,
    priority: r.priority ?? state.priority,
    agent: r.agent === undefined ? state.agent : r.agent,
    blocked: r.blocked,
  }
  return [{ type: 'task.revised', data }]
}
