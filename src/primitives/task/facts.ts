import type { Reader } from '../../kernel/ports.ts'
import { abandoned, lineage } from '../run/lineage.ts'
import type { Epoch } from '../run/terms.ts'
import type { Task } from './find.ts'
import type { Fact } from './timeline.ts'

/** The events that led to a task as it is now, or was when `position` was the head: without those rolled back. */
export const factsOf = async (
  db: Reader,
  task: Task,
  epochs: readonly Epoch[],
  position = Number.MAX_SAFE_INTEGER,
): Promise<readonly Fact[]> => {
  const spans = lineage(epochs)
  return (await db.history(task)).filter(({ seq }) => seq <= position && !abandoned(spans, seq))
}

/** The event that holds what was handed in last, whatever has become of it. */
export const lastHandedIn = (facts: readonly Fact[]): Fact | undefined =>
  facts.findLast(({ type }) => type === 'task.completed' || type === 'task.submitted')
