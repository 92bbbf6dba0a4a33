import type { Reader } from '../../kernel/ports.ts'
import type { Run } from '../run/find.ts'
import type { Submission } from './events.ts'
import { factsOf, lastHandedIn } from './facts.ts'
import type { Task } from './find.ts'

/** A result that was handed in and sent back, and the seq of the event that holds it. */
export interface Refused {
  readonly seq: number
  readonly submission: Submission
}

/** What was handed in last at a task that is not done, and counts no more: a person may still accept it. */
export const refusedOf = async (db: Reader, run: Run, task: Task): Promise<Refused | undefined> => {
  const { status } = task.state
  if (status !== 'blocked' && status !== 'ready' && status !== 'claimed' && status !== 'failed')
    return undefined
  const event = lastHandedIn(await factsOf(db, task, run.state.epochs))
  return event && { seq: event.seq, submission: event.data as Submission }
}
