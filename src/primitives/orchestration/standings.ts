import type { Reader } from '../../kernel/ports.ts'
import { submissionOf, type Task, taskById } from '../task/find.ts'
import { hasEnded } from '../task/state.ts'
import type { Standing } from './decide/progress.ts'
import type { Step } from './events.ts'

/** A task of an orchestration: how it stands, and the task itself. */
export interface Placed extends Standing {
  readonly task: Task
}

/** How the tasks of an orchestration stand; with `read`, also what the done ones handed in. */
export const standingsOf = async (
  db: Reader,
  steps: readonly Step[],
  read: boolean,
): Promise<readonly Placed[]> => {
  const all: Placed[] = []
  for (const step of steps) {
    const task = await taskById(db, step.task_id)
    if (!task) throw new Error(`${step.task_id} of an orchestration is missing`)
    const submission = read && task.state.status === 'done' ? await submissionOf(db, task.state) : undefined
    all.push({
      step,
      task,
      status: task.state.status,
      score: submission?.score ?? null,
      endSeq: hasEnded(task.state) ? task.state.endSeq : Number.POSITIVE_INFINITY,
      result: submission?.result,
    })
  }
  return all
}
