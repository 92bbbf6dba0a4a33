import type { Reader } from '../../kernel/ports.ts'
import { runByNo } from '../run/find.ts'
import type { Submission } from '../task/events.ts'
import { submissionOf, taskById } from '../task/find.ts'
import { refusedOf } from '../task/refused.ts'
import type { Escalation } from './find.ts'
import { decisions, type Verdict } from './terms.ts'

/** What a person may decide on an escalation as things stand. */
export interface Choices {
  readonly decisions: readonly Verdict[]
  /** What `proceed` would accept. */
  readonly handedIn: Submission | undefined
  /** It was sent back before. */
  readonly refused: boolean
  /** Whether a result in words may be put in its place. */
  readonly takesResult: boolean
}

const whatever: Choices = { decisions, handedIn: undefined, refused: false, takesResult: false }

/** `proceed` is not among them where nothing can be accepted and no text can stand in its place. */
export const choicesOf = async (db: Reader, { run: no, state }: Escalation): Promise<Choices> => {
  const task = state.task === null ? undefined : await taskById(db, state.task)
  if (!task) return whatever
  const { status, reviews, decides } = task.state
  const waits = await submissionOf(db, task.state)
  const refused = waits ? undefined : await refusedOf(db, await runByNo(db, no), task)
  const handedIn = waits ?? refused?.submission
  const over = status === 'done' || status === 'cancelled' || status === 'undone'
  // A review is a verdict, and no text.
  const takesResult = !over && reviews === null
  const open = decisions.filter(
    (one) =>
      (one !== 'proceed' || handedIn !== undefined || takesResult) &&
      (one !== 'retry' || decides === undefined),
  )
  return { decisions: open, handedIn, refused: refused !== undefined, takesResult }
}
