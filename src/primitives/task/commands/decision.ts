import type { Tx } from '../../../kernel/ports.ts'
import { mayAdd } from '../../run/budget.ts'
import type { Run } from '../../run/find.ts'
import { follow } from '../consequences.ts'
import type { TaskEvent } from '../events.ts'
import { taskById } from '../find.ts'
import { openLane } from '../lanes.ts'
import { taskStream } from '../rows.ts'
import { hasEnded } from '../state.ts'
import { titleOf } from './plan.ts'

/**
 * Makes the task that stands for a decision to come: others depend on it as on any task, by its id or by that of the
 * decision, which is its key. It is blocked until the decision ends it, so nobody can claim it.
 */
export const openDecisionTask = async (
  tx: Tx,
  run: Run,
  decision: {
    readonly id: string
    readonly task: string
    readonly question: string
    readonly context: unknown
  },
): Promise<void> => {
  await mayAdd(tx, run, 'max_tasks', 1)
  await openLane(tx, { run: run.no, agent: null, except: null, requires: [] })
  await tx.create(taskStream, { id: decision.task, run: run.no }, [
    {
      type: 'task.created',
      data: {
        title: titleOf(decision.question),
        task: decision.question,
        context: decision.context,
        checks: [],
        key: decision.id,
        requires: [],
        depends_on: [],
        priority: 'normal',
        agent: null,
        except: null,
        timeout_ms: null,
        max_attempts: 1,
        retry_delay_ms: 0,
        parent: null,
        depth: 0,
        replaces: null,
        reviews: null,
        blocked: true,
        decides: decision.id,
      },
    },
  ])
}

/** How a decision ended: with a result for those who wait for it, or without. */
export type DecisionEnd = { readonly result: unknown } | { readonly error: string }

const endOf = (end: DecisionEnd): TaskEvent => {
  if ('error' in end) return { type: 'task.failed', data: { error: end.error } }
  const unsaid = { evidence: null, confidence: null, score: null, metrics: null }
  return { type: 'task.completed', data: { by: null, ...end, ...unsaid, digest: '', flags: [] } }
}

/** Ends the task of a decision, and lets go on what waits for it. Answers the ids of tasks that became ready. */
export const endDecisionTask = async (
  tx: Tx,
  run: Run,
  id: string,
  end: DecisionEnd,
): Promise<readonly string[]> => {
  const task = await taskById(tx, id)
  if (!task || hasEnded(task.state) || task.state.status === 'undone') return []
  await tx.append(task, [endOf(end)])
  return (await follow(tx, run, task)).unblocked
}

/** Whether the task of a decision still waits for it: it may have been cancelled, by itself or with its run. */
export const isAwaited = async (tx: Tx, id: string): Promise<boolean> => {
  const task = await taskById(tx, id)
  return task !== undefined && !hasEnded(task.state) && task.state.status !== 'undone'
}
