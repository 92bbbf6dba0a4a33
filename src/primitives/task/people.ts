import type { Tx } from '../../kernel/ports.ts'
import { watch } from '../agent/commands/watch.ts'
import { callsPeople, escalateIfAsked, openEscalation } from '../escalation/commands/open.ts'
import { withdraw } from '../escalation/commands/withdraw.ts'
import { type Escalation, waitingAbout } from '../escalation/find.ts'
import { usedBy } from '../run/budget.ts'
import { spentOut } from '../run/decide.ts'
import type { Run } from '../run/find.ts'
import { authorOf } from './author.ts'
import type { Confident } from './confident.ts'
import type { Task } from './find.ts'

/** How often one gate may refuse one task before a person is asked. */
const refusalsUntilAsked = 3

const named = ({ id, state }: Task): string => `${id} "${state.title.slice(0, 100)}"`

/** A result whose author is too unsure of it: a person decides whether it counts. */
export const askOfConfidence = async (
  tx: Tx,
  run: Run,
  task: Task,
  said: { readonly by: string | null } & Pick<Confident, 'confidence' | 'below' | 'kept'>,
): Promise<Escalation> => {
  const question = `${said.by ?? 'Its author'} handed in ${named(task)} with confidence ${said.confidence}, below ${said.below}${said.kept === undefined ? '' : ` (${said.kept})`}. Accept it (proceed), have it done again with your note (retry), or give it up (cancel)?`
  const about = { cause: 'low_confidence', subject: task.id, task: task.id, options: [] } as const
  return (await openEscalation(tx, run, { ...about, question, severity: 'high' })).escalation
}

/**
 * In a run that brings people in: a task that has failed for good, though no person said so. Where something is asked
 * about it already, that is enough.
 */
export const askOfFailure = async (tx: Tx, run: Run, task: Task): Promise<void> => {
  const { state } = task
  if (state.status !== 'failed' || tx.call.actor.person !== undefined) return
  if ((await waitingAbout(tx, run.no, task.id)).length > 0) return
  const error = ((await tx.event(state.endSeq))?.data as { error?: string } | undefined)?.error ?? ''
  if (state.decides !== undefined) {
    // It is a vote that has failed: no attempt was made that could be made again.
    const asks = `${named(task)} (${state.decides}) came to nothing: ${JSON.stringify(error.slice(0, 500))}. Put a decision in its place (proceed, with result), or give up what waits for it (cancel)?`
    const vote = { cause: 'no_consensus', subject: state.decides, task: task.id, options: [] } as const
    await escalateIfAsked(tx, run, { ...vote, question: asks, severity: 'high' })
    return
  }
  const question = `${named(task)} has failed after ${state.attempt} of ${state.maxAttempts} attempts: ${JSON.stringify(error.slice(0, 500))}. Try again with your note (retry), put a result in its place (proceed), or give up what waits for it (cancel)?`
  const about = { cause: 'attempts_spent', subject: task.id, task: task.id, options: [] } as const
  await escalateIfAsked(tx, run, { ...about, question, severity: 'high' })
}

/** A gate that has refused the same task again and again: whoever set it may have asked for too much. */
export const askOfGate = async (tx: Tx, run: Run, task: Task, by: string): Promise<void> => {
  const refusals = (await tx.history(task)).filter(
    ({ type, data }) => type === 'task.rejected' && (data as { by: string }).by === by,
  )
  if (refusals.length < refusalsUntilAsked) return
  const question = `${by} has refused ${named(task)} ${refusals.length} times. Try again with your note (retry), put a result in its place (proceed), or give it up (cancel)?`
  const about = { cause: 'gate_failing', subject: task.id, task: task.id, options: [] } as const
  await openEscalation(tx, run, { ...about, question, severity: 'high' })
}

/** Nothing is left to decide on a task that is over: what its gates or spent attempts had called for is taken back. */
export const dropQuestions = async (tx: Tx, run: Run, { id, state }: Task): Promise<void> => {
  if (state.status !== 'done' && state.status !== 'cancelled') return
  if ((await tx.tally(String(run.no), 'escalations')) === 0) return
  const moot = (await waitingAbout(tx, run.no, id)).filter(
    ({ state: { cause } }) => cause === 'gate_failing' || cause === 'attempts_spent',
  )
  await withdraw(tx, moot, `${id} is ${state.status}`)
}

/** In a run that brings people in: how the agent fares whose attempt has just ended. */
export const askOfAgent = async (tx: Tx, run: Run, { state }: Task): Promise<void> => {
  if (state.status === 'review') return
  const author = authorOf(state)
  if (author !== null) await watch(tx, run, author, state.status === 'done' ? 'well' : 'ill')
}

/** A run whose tokens, money or time are spent, noticed where something was reported. */
export const askOfBudget = async (tx: Tx, run: Run): Promise<void> => {
  const { settings } = run.state
  const capped =
    settings.max_tokens !== null || settings.max_cost_usd !== null || settings.max_wall_ms !== null
  if (!capped || !callsPeople(run)) return
  const spent = spentOut(run.state, await usedBy(tx, run), tx.now)
  if (!spent) return
  const question = `${spent.message} Nothing more is claimed until update_run raises it. May the run go on (proceed), or is it to stop (cancel)?`
  const about = { cause: 'budget_spent', subject: run.id, task: null, options: [] } as const
  await escalateIfAsked(tx, run, { ...about, question, severity: 'high' })
}
