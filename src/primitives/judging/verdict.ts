import { Failure, invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import type { Run } from '../run/find.ts'
import { submissionOf, theTask } from '../task/find.ts'
import type { Scores } from './terms.ts'

/** What a judge's task came to: scores by option and criterion, or that it is not there yet. */
export type Verdict = { readonly scores: Readonly<Record<string, Scores>> } | { readonly pending: string }

/** Reads the verdict of a judge's task. Fails when it ended without one, or is no list of scores. */
export const verdictOf = async (db: Reader, run: Run, handle: string): Promise<Verdict> => {
  const task = await theTask(db, run.no, handle)
  const { status } = task.state
  if (status === 'failed' || status === 'cancelled')
    throw new Failure(
      'conflict',
      `judge: task ${task.id} was ${status}, so there is no verdict.`,
      'Name a judge again, or give the scores.',
      { field: 'judge', task_id: task.id },
    )
  if (status !== 'done') return { pending: task.id }
  const scores = scoresIn((await submissionOf(db, task.state))?.result)
  if (scores) return { scores }
  throw invalid(
    'judge',
    `the result of task ${task.id} has no scores`,
    'It is {"scores": {option: {criterion: number}}}.',
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const scoresIn = (result: unknown): Readonly<Record<string, Scores>> | undefined => {
  if (!isObject(result) || !isObject(result.scores)) return undefined
  const rows = Object.values(result.scores)
  const fits = rows.every(
    (row) => isObject(row) && Object.values(row).every((one) => typeof one === 'number'),
  )
  return fits ? (result.scores as Readonly<Record<string, Scores>>) : undefined
}
