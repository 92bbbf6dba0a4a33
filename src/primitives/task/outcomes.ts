import type { DomainEvent, Recorded } from '../../kernel/event.ts'
import type { Reader } from '../../kernel/ports.ts'
import { fold } from '../../kernel/stream.ts'
import { saidIn } from '../policy/facts.ts'
import { definitionOf } from './find.ts'
import { outcomeOf } from './outcome-of.ts'
import { taskStream } from './rows.ts'
import type { TaskState } from './state.ts'

/** How one attempt at a task ended, and what its author had said of the task. */
export interface TaskOutcome {
  /** Of its event. */
  readonly seq: number
  readonly task_id: string
  readonly agent: string
  readonly ok: boolean
  /** As the task's context names it; undefined where it does not. Never guessed. */
  readonly type: string | undefined
  readonly tags: readonly string[]
  readonly requires: readonly string[]
  /** Numbers of those who spoke of the task until then. */
  readonly actors: readonly number[]
}

/**
 * The outcomes of one task (by its number) among the events after `after` up to `upTo`, oldest first, the abandoned
 * ones along. None for a review, a judgement, a choice among candidates or a decision: nobody says how good those are.
 */
export const outcomesOf = async (
  db: Reader,
  no: number,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<readonly TaskOutcome[]> => {
  const task = await db.loadNo(taskStream, no)
  if (!task) throw new Error(`task ${no} has events and is not there`)
  const found: TaskOutcome[] = []
  let state: TaskState | undefined
  const actors = new Set<number>()
  for (const row of await db.history(task)) {
    if (row.seq > upTo) break
    actors.add(row.actor)
    const event = row as unknown as Recorded<DomainEvent>
    const outcome = row.seq > after ? outcomeOf(state, event as Parameters<typeof outcomeOf>[1]) : undefined
    if (outcome && state && isWork(state)) {
      const { agent, ok } = outcome
      const said = saidIn((await definitionOf(db, state)).context)
      const { requires } = state
      found.push({ seq: row.seq, task_id: task.id, agent, ok, ...said, requires, actors: [...actors] })
    }
    state = fold(taskStream, state, event)
  }
  return found
}

const isWork = ({ reviews, role, decides }: TaskState): boolean =>
  reviews === null && role === undefined && decides === undefined
