import { Failure } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { choiceAmongDone } from '../orchestration/choosable.ts'
import { overdue } from '../orchestration/find.ts'
import { waitersOf } from './consequences.ts'
import type { Task } from './find.ts'

/** Schemas that a lead's verdict must fit besides its own check: what it may choose shows only once its team has ended. */
export const choiceSchemas = async (
  db: Reader,
  { id, state }: Task,
): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  if (state.role !== 'lead') return []
  const { orchestrations } = await waitersOf(db, id)
  const found = await Promise.all(orchestrations.map((no) => choiceAmongDone(db, no)))
  return found.filter((schema) => schema !== undefined)
}

const looked = 100

/**
 * Refuses a result that comes after the time of its orchestration, whether a sweep has written that down yet or not; a
 * review's verdict is late with the step that it reviews.
 */
export const tooLate = async (db: Reader, { id, state }: Task): Promise<Failure | undefined> => {
  const late = await overdue(db, looked)
  const over = late.find(({ state: { steps } }) =>
    steps.some(({ task_id }) => task_id === id || task_id === state.reviews),
  )
  if (!over) return undefined
  return new Failure(
    'lease_lost',
    `The time of ${over.id} is over, so the result of task ${id} does not count any more.`,
    'Stop working on it. claim_task gives you another task.',
    { task_id: id, orchestration_id: over.id },
  )
}
