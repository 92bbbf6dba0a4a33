import { Failure, invalid } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { mustBeOpen } from '../../run/decide.ts'
import { type Run, runByNo, type Speaker } from '../../run/find.ts'
import { type Overridden, overrideTask } from '../../task/commands/override.ts'
import { type Task, taskAndRun, taskById } from '../../task/find.ts'
import { hasEnded } from '../../task/state.ts'
import { decideAcknowledge, decideAnswer, decideResolve } from '../decide.ts'
import { type Escalation, theEscalation, waitingAbout } from '../find.ts'
import type { EscalationState } from '../state.ts'
import { type Ending, isFree, type Verdict } from '../terms.ts'
import { withdraw } from './withdraw.ts'

export interface Resolve {
  readonly run_id?: string | undefined
  readonly escalation_id?: string | undefined
  /** Instead: the task that a person decides on, asked or not. */
  readonly task_id?: string | undefined
  readonly decision?: Verdict | 'acknowledge' | undefined
  /** Instead of a decision: the answer to a question that somebody asked. */
  readonly answer?: string | undefined
  readonly person: string
  readonly note: string | null
  readonly result?: unknown
  readonly speaker: Speaker
}

export interface Resolved extends Partial<Omit<Overridden, 'recorded'>> {
  readonly run_id: string
  readonly escalation_id: string | null
  readonly status: EscalationState['status'] | null
  readonly decision: Ending | 'acknowledge'
  readonly answer?: string
  readonly person: string
  /** `executed`: a task was moved by it. `recorded`: it is written down, and whoever asked acts on it. */
  readonly effect: 'executed' | 'recorded'
}

interface Meant {
  readonly run: Run
  readonly escalation: Escalation | undefined
  readonly task: Task | undefined
}

const meant = async (tx: Tx, input: Resolve): Promise<Meant> => {
  const { escalation_id, task_id, decision } = input
  if ((escalation_id === undefined) === (task_id === undefined))
    throw invalid('escalation_id', 'give it or task_id, one of both', 'list_escalations shows the ids.')
  if (escalation_id !== undefined) {
    const escalation = await theEscalation(tx, escalation_id)
    const { task } = escalation.state
    const run = await runByNo(tx, escalation.run)
    return { run, escalation, task: task === null ? undefined : await taskById(tx, task) }
  }
  const { run, task } = await taskAndRun(tx, task_id as string, input.run_id, input.speaker)
  const waiting = await waitingAbout(tx, run.no, task.id)
  // A question that asks for words is not answered by what is decided on its task.
  const escalation = waiting.find(({ state }) => decision === 'acknowledge' || !isFree(state))
  return { run, escalation, task }
}

/** What was said: one of both. */
const saidIn = ({
  decision,
  answer,
  task_id,
}: Resolve): { answer: string } | { decision: Verdict | 'acknowledge' } => {
  if (answer !== undefined && decision !== undefined)
    throw invalid('answer', 'cannot stand beside decision', 'Give one of both.')
  if (answer !== undefined && task_id !== undefined)
    throw invalid('answer', 'is one to a question', 'Give escalation_id, or a decision on the task.')
  if (answer !== undefined) return { answer }
  if (decision !== undefined) return { decision }
  throw invalid('decision', 'is missing, and so is answer', 'Give one of both.')
}

/**
 * A person's decision: on what was escalated, or unasked on a task. It resumes or ends the task that waits for it; the
 * first decision stands. The caller records the person as the actor.
 */
export const resolveEscalation = async (tx: Tx, input: Resolve): Promise<Resolved> => {
  const said = saidIn(input)
  const { run, escalation, task } = await meant(tx, input)
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const { person, note } = input
  const misplaced = outOfPlace(input, task)
  if (misplaced) throw misplaced
  if ('answer' in said) return answered(tx, run, escalation as Escalation, { ...said, by: person, note })
  const { decision } = said
  const base = { run_id: run.id, escalation_id: escalation?.id ?? null, decision, person }
  if (decision === 'acknowledge') {
    if (!escalation) throw nothingToAcknowledge(task?.id ?? '')
    await tx.append(escalation, accepted(decideAcknowledge(escalation.id, escalation.state, person)))
    return { ...base, status: escalation.state.status, effect: 'recorded' }
  }
  if (escalation)
    await tx.append(
      escalation,
      accepted(decideResolve(escalation.id, escalation.state, { decision, by: person, note })),
    )
  const status = escalation?.state.status ?? null
  const given = { ...input, decision }
  const free = escalation !== undefined && isFree(escalation.state)
  if (!task || free || (input.escalation_id !== undefined && onlyRecorded(task, given)))
    return {
      ...base,
      status,
      effect: 'recorded',
      ...(task && { task_id: task.id, task_status: task.state.status }),
    }
  const { result } = input
  // A question that the task does not wait for is about the whole of it.
  const whole =
    input.escalation_id === undefined ||
    task.state.status !== 'review' ||
    !task.state.openReviews.includes(input.escalation_id)
  const override = { decision, person, note, escalation: escalation?.id ?? null, whole, result }
  const { recorded, ...moved } = await overrideTask(tx, run, task, override)
  if (hasEnded(task.state))
    await withdraw(tx, await waitingAbout(tx, run.no, task.id), `${person} has decided on ${task.id}`)
  return { ...base, status, effect: recorded ? 'recorded' : 'executed', ...moved }
}

/** The answer moves nothing: whoever asked acts on it. */
const answered = async (
  tx: Tx,
  run: Run,
  escalation: Escalation,
  given: { readonly answer: string; readonly by: string; readonly note: string | null },
): Promise<Resolved> => {
  await tx.append(escalation, accepted(decideAnswer(escalation.id, escalation.state, given)))
  const { answer, by: person } = given
  const { status } = escalation.state
  const base = { run_id: run.id, escalation_id: escalation.id, status, person }
  return { ...base, decision: 'answer', answer, effect: 'recorded' }
}

/** What would be thrown away: it goes with something else. */
const outOfPlace = (given: Resolve, task: Task | undefined): Failure | undefined => {
  const { decision = 'an answer', result, note } = given
  if (decision === 'acknowledge' && note !== null)
    return invalid(
      'note',
      'does not go with acknowledge, which decides nothing',
      'Give answer or a decision.',
    )
  if (result === undefined || (decision === 'proceed' && task)) return undefined
  return task
    ? invalid('result', `does not go with ${decision}`, 'Decide proceed, or leave it out.')
    : invalid('result', 'would be that of no task', 'Leave it out; note takes words.')
}

const nothingToAcknowledge = (task: string): Failure =>
  new Failure('conflict', `Nothing waits for a person about ${task}.`, 'list_escalations shows what does.', {
    task_id: task,
  })

/** An answer that moves nothing: its task is over, or goes on as it is. */
const onlyRecorded = ({ state }: Task, given: Resolve): boolean => {
  const { decision, note, result } = given
  // A result that is given counts, or is refused: never is it thrown away.
  if (state.status === 'done' || state.status === 'cancelled' || state.status === 'undone')
    return result === undefined
  if (decision === 'fail') return state.status === 'failed'
  if (decision !== 'retry') return false
  return state.status === 'blocked' || (state.status === 'ready' && note === null)
}
