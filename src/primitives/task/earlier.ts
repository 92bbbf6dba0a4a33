import type { Reader } from '../../kernel/ports.ts'
import type { Run } from '../run/find.ts'
import { attemptsOf, type Outcome } from './attempts.ts'
import { excerpt } from './excerpt.ts'
import { factsOf } from './facts.ts'
import type { Task } from './find.ts'

/** A failed attempt as the agent that tries anew gets it. */
export interface EarlierAttempt {
  readonly attempt: number
  readonly agent_id: string
  readonly outcome: Outcome
  /** The error or the findings, cut when long. */
  readonly error: string | null
}

const mostAttempts = 3
/** Characters kept of an error or of findings. */
const mostText = 1_000

/** What used an attempt up; a claim given back did not. */
const failures: ReadonlySet<Outcome> = new Set(['rejected', 'failed', 'expired', 'timeout'])

const short = (error: string): string => {
  const { result, chars } = excerpt(error, mostText)
  return chars === undefined ? error : `${result} … [cut; get_task has all ${chars} characters]`
}

/** The newest failed attempts at a task, oldest first. Reads the task's whole history: not for a first attempt. */
export const earlierAttempts = async (
  db: Reader,
  run: Run,
  task: Task,
): Promise<readonly EarlierAttempt[]> => {
  const attempts = attemptsOf(await factsOf(db, task, run.state.epochs))
  return attempts
    .filter(({ outcome }) => failures.has(outcome))
    .slice(-mostAttempts)
    .map(({ attempt, agent_id, outcome, error }) => {
      return { attempt, agent_id, outcome, error: error === null ? null : short(error) }
    })
}
