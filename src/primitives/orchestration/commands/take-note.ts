import type { Tx } from '../../../kernel/ports.ts'
import type { Task } from '../../task/find.ts'
import { courseOf, endOf, metQuorum } from '../decide/progress.ts'
import { orchestrationsOf } from '../find.ts'
import { orchestrationStream } from '../rows.ts'
import { standingsOf } from '../standings.ts'
import { goesOn } from '../state.ts'

/**
 * A task of an orchestration has ended: writes down that enough of a phase is done, or that the whole has ended.
 * Answers the tasks that are not needed any more: the caller cancels them, and comes back with their ends.
 */
export const takeNote = async (tx: Tx, no: number): Promise<readonly Task[]> => {
  const found = await tx.loadNo(orchestrationStream, no)
  if (!found || !goesOn(found.state)) return []
  const { state } = found
  const all = await standingsOf(tx, state.steps, false)
  const met = metQuorum(all, state.quorum)
  if (met) {
    await tx.append(found, [{ type: 'orchestration.quorum_met', data: met }])
    return all.filter(({ task }) => met.moot.includes(task.id)).map(({ task }) => task)
  }
  const course = courseOf(all)
  // One that had stalled has nothing new to say until it is through.
  if (course === 'open' || (course === 'stalled' && state.status === 'ended')) return []
  const data = endOf(await standingsOf(tx, state.steps, true), state, course === 'stalled')
  await tx.append(found, [{ type: 'orchestration.ended', data }])
  return []
}

/** A task of an orchestration was replaced by another: that one counts from now on. */
export const noteReplaced = async (tx: Tx, no: number, from: string, to: string): Promise<void> => {
  const found = await tx.loadNo(orchestrationStream, no)
  if (found && goesOn(found.state))
    await tx.append(found, [{ type: 'orchestration.task_replaced', data: { from, to } }])
}

/** The run has ended and its open tasks were cancelled: its orchestrations are over too. */
export const noteRunEnd = async (tx: Tx, run: number): Promise<void> => {
  for (const { no, state } of await orchestrationsOf(tx, run, Number.MAX_SAFE_INTEGER))
    if (goesOn(state)) await takeNote(tx, no)
}
