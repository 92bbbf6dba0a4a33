import { Failure } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Verdict } from '../../escalation/terms.ts'
import { withdraw } from '../../proposal/commands/settle.ts'
import type { Run } from '../../run/find.ts'
import { cancelTree } from '../cancel-tree.ts'
import { dependentsOf, follow } from '../consequences.ts'
import { decideOverride } from '../decide/overriding.ts'
import { reportDigest } from '../digest.ts'
import type { Submission } from '../events.ts'
import type { Task } from '../find.ts'
import { flagsOf } from '../flags.ts'
import { dropReviews } from '../moot.ts'
import { refusedOf } from '../refused.ts'
import { hasEnded } from '../state.ts'
import { pass, verdictIn } from './verdict.ts'

export interface Overriding {
  readonly decision: Verdict
  readonly person: string
  readonly note: string | null
  readonly escalation: string | null
  /** Whether the task is overridden as a whole, or an escalation answered alone. */
  readonly whole: boolean
  /** The result that is to count; undefined: what was handed in. */
  readonly result?: unknown
}

/** What became of a task by a person's word. */
export interface Overridden {
  readonly task_id: string
  readonly task_status: string
  readonly unblocked_task_ids: readonly string[]
  readonly cancelled_task_ids: readonly string[]
  /** It was only written down: the task had its end already. */
  readonly recorded?: true
}

const unmoved = { unblocked_task_ids: [], cancelled_task_ids: [], recorded: true } as const

/** Carries a person's decision out on a task: no lease, check or attempt stands against it. */
export const overrideTask = async (tx: Tx, run: Run, task: Task, given: Overriding): Promise<Overridden> => {
  const { decision, person, note, escalation, whole } = given
  if (decision === 'cancel') return cancel(tx, run, task, given)
  if (decision === 'retry' && task.state.decides !== undefined)
    throw new Failure(
      'conflict',
      `${task.id} stands for a vote, which nobody can attempt again.`,
      'Put a decision in its place (proceed, with result), or ask anew: propose, then a task that replaces this one.',
      { task_id: task.id },
    )
  const waitedFor = task.state.status === 'review' ? task.state.openReviews : []
  const submission = given.result === undefined ? undefined : submissionBy(given.result)
  // What stands in the place of a review speaks for it.
  const verdict = submission && task.state.reviews !== null ? verdictIn(submission.result) : undefined
  const refused = decision === 'proceed' && !submission ? await refusedOf(tx, run, task) : undefined
  const override = { id: task.id, decision, person, note, escalation, whole, submission, refused }
  const stands = task.state.status === 'done'
  await tx.append(task, accepted(decideOverride(task.state, override)))
  if (stands) return { ...unmoved, task_id: task.id, task_status: task.state.status }
  // A person has decided: the vote that the task stood for is over.
  if (task.state.decides !== undefined && hasEnded(task.state)) await withdraw(tx, task.state.decides)
  const so = await follow(tx, run, task)
  if (verdict) await pass(tx, run, task, verdict, so.unblocked)
  if (task.state.status !== 'review')
    await dropReviews(
      tx,
      run,
      waitedFor.filter((id) => id !== escalation),
      `${person} has decided`,
    )
  return {
    task_id: task.id,
    task_status: task.state.status,
    unblocked_task_ids: so.unblocked,
    cancelled_task_ids: so.cancelled,
  }
}

/** Of a task that has failed already, what waits for it is given up. */
const cancel = async (
  tx: Tx,
  run: Run,
  task: Task,
  { person, note, escalation }: Overriding,
): Promise<Overridden> => {
  const reason = note ?? `${person} decided so`
  const data = { person, decision: 'cancel', note, escalation, from: task.state.status } as const
  await tx.append(task, [{ type: 'task.overridden', data }])
  const roots = hasEnded(task.state) ? await dependentsOf(tx, task.id) : [task]
  const cancelled: string[] = []
  for (const root of roots) cancelled.push(...(await cancelTree(tx, run, root, reason)))
  return {
    task_id: task.id,
    task_status: task.state.status,
    unblocked_task_ids: [],
    cancelled_task_ids: cancelled,
  }
}

const submissionBy = (result: unknown): Submission => ({
  by: null,
  result,
  evidence: null,
  confidence: null,
  score: null,
  metrics: null,
  digest: reportDigest(null, 'result', result),
  flags: flagsOf(result),
})
