import { Failure, invalid } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { Submission, TaskEvent } from '../events.ts'
import type { TaskState } from '../state.ts'
import { decideVerdict } from './reporting.ts'

/** What a person wants of a task. Cancelling is not among it: that takes others along. */
export interface Override {
  readonly id: string
  readonly person: string
  readonly decision: 'proceed' | 'retry' | 'fail'
  readonly note: string | null
  /** The escalation that is answered, or null where the person acts unasked. */
  readonly escalation: string | null
  /** Whether it ends all waiting, or answers that escalation alone. */
  readonly whole: boolean
  /** The result that the person gives; undefined: none. */
  readonly submission: Submission | undefined
  /** What was handed in last and sent back, and the seq of its event; undefined: nothing was, or it waits for verdicts. */
  readonly refused?: { readonly seq: number; readonly submission: Submission } | undefined
}

const over = ({ id }: Override, state: TaskState): Failure =>
  new Failure(
    'already_ended',
    `Task ${id} has ended (${state.status}).`,
    state.status === 'failed'
      ? 'Decide retry for another attempt, or proceed with a result of your own.'
      : 'Its end stands; create another task, or return to a checkpoint.',
    { task_id: id, status: state.status },
  )

const logged = (given: Override, state: TaskState): TaskEvent => {
  const { person, decision, note, escalation, submission } = given
  const replaced = submission !== undefined && { replaced: true as const }
  return {
    type: 'task.overridden',
    data: { person, decision, note, escalation, from: state.status, ...replaced },
  }
}

/** A claim ends first: what its holder still reports is refused. The attempt is not counted. */
const released = (state: TaskState, why: string): readonly TaskEvent[] =>
  state.status === 'claimed' ? [{ type: 'task.released', data: { by: state.by, why } }] : []

/** A person's word on a task, whatever its leases and checks say. */
export const decideOverride = (state: TaskState, given: Override): Decision<TaskEvent> => {
  // Nobody was asked about it: what a person says of it now is kept, though its end stands.
  if (state.status === 'done' && state.unsure && !given.submission) return [logged(given, state)]
  if (state.status === 'done' || state.status === 'cancelled' || state.status === 'undone')
    return over(given, state)
  if (given.decision === 'proceed') return accept(state, given)
  if (given.decision === 'retry') return anew(state, given)
  if (state.status === 'failed') return over(given, state)
  const error = given.note ?? `${given.person} decided that it has failed`
  return [
    logged(given, state),
    ...released(state, 'a person decided'),
    { type: 'task.failed', data: { error } },
  ]
}

const accept = (state: TaskState, given: Override): Decision<TaskEvent> => {
  const { submission, escalation, whole, note } = given
  if (submission)
    return [
      logged(given, state),
      ...released(state, 'a person decided'),
      { type: 'task.completed', data: submission },
    ]
  if (state.status !== 'review') return acceptRefused(state, given)
  // Whoever answers a question answers that one; whoever overrides the task ends its waiting.
  if (whole || escalation === null)
    return [
      logged(given, state),
      { type: 'task.verified', data: { by: 'person', findings: note, last: true } },
    ]
  const verdict = decideVerdict(state, escalation, true, note)
  return verdict instanceof Failure ? verdict : [logged(given, state), ...verdict]
}

/** A person stands above the check that sent it back. It is no outcome of its author: the refusal was, and stays one. */
const acceptRefused = (state: TaskState, given: Override): Decision<TaskEvent> => {
  const { refused, note: findings } = given
  if (!refused)
    return invalid(
      'result',
      `nothing was handed in that could be accepted, task ${given.id} is ${state.status}`,
      'Give a result: the one that is to count.',
    )
  const { seq, submission } = refused
  const accepts = { seq, by: submission.by, digest: submission.digest }
  return [
    logged(given, state),
    ...released(state, 'a person decided'),
    { type: 'task.verified', data: { by: 'person', findings, last: true, accepts } },
  ]
}

const anew = (state: TaskState, given: Override): Decision<TaskEvent> => {
  const { person, note, escalation } = given
  const findings = note ?? `${person} wants it done again`
  const max_attempts = Math.max(state.maxAttempts, state.attempt + 1)
  switch (state.status) {
    case 'review':
      return [
        logged(given, state),
        ...(max_attempts > state.maxAttempts
          ? [{ type: 'task.attempt_granted', data: { max_attempts } } as const]
          : []),
        { type: 'task.rejected', data: { by: escalation ?? 'person', findings, author: state.by } },
      ]
    case 'failed':
      return [
        logged(given, state),
        { type: 'task.reopened', data: { by: escalation ?? 'person', findings, max_attempts } },
      ]
    case 'claimed':
      return [logged(given, state), ...released(state, findings)]
    case 'ready':
      // The next attempt is due anyway: it is to know what the person said.
      if (escalation !== null && note !== null) return [logged(given, state)]
      return noAttempt(state, given)
    default:
      return noAttempt(state, given)
  }
}

const noAttempt = ({ status }: TaskState, { id }: Override): Failure =>
  new Failure(
    'conflict',
    `Task ${id} is ${status}: no attempt is under way or over that could be made anew.`,
    'Use update_task to change what it asks, or proceed with a result.',
    { task_id: id, status },
  )
