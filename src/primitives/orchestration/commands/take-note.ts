import type { Tx } from '../../../kernel/ports.ts'
import { noteOutcome } from '../../experiment/commands/record.ts'
import type { OwnMetric } from '../../experiment/terms.ts'
import type { Task } from '../../task/find.ts'
import { courseOf, endOf, metQuorum } from '../decide/progress.ts'
import type { Ended } from '../events.ts'
import { efficiencyOf, executionMs, spreadIn } from '../figures.ts'
import { orchestrationsOf } from '../find.ts'
import { orchestrationStream } from '../rows.ts'
import { type Placed, standingsOf } from '../standings.ts'
import { goesOn, type OrchestrationState } from '../state.ts'

/**
 * A task of an orchestration has ended: writes down that enough of a phase is done, or that the whole has ended.
 * Answers the tasks that are not needed any more: the caller cancels them, and comes back with their ends.
 */
export const takeNote = async (tx: Tx, no: number): Promise<readonly Task[]> => {
  const found = await tx.loadNo(orchestrationStream, no)
  if (!found || !goesOn(found.state)) return []
  const { state } = found
  const all = await standingsOf(tx, state.steps, false)
  const met = metQuorum(all, state)
  if (met) {
    await tx.append(found, [{ type: 'orchestration.quorum_met', data: met }])
    return all.filter(({ task }) => met.moot.includes(task.id)).map(({ task }) => task)
  }
  const course = courseOf(all)
  // One that had stalled has nothing new to say until it is through.
  if (course === 'open' || (course === 'stalled' && state.status === 'ended')) return []
  const placed = await standingsOf(tx, state.steps, true)
  const data = endOf(placed, state, course === 'stalled')
  await tx.append(found, [{ type: 'orchestration.ended', data }])
  if (state.experiment)
    await noteOutcome(tx, state.experiment.id, found.id, (metric) => figureOf(metric, placed, state, data))
  return []
}

/**
 * What an orchestration came to in the metric of its experiment; null where it has no such figure. How long it took is
 * told of one that got through: to fail fast is not to be fast.
 */
const figureOf = (
  metric: OwnMetric,
  placed: readonly Placed[],
  state: OrchestrationState,
  { status, quality }: Ended,
): number | null => {
  switch (metric) {
    case 'quality':
      return quality
    case 'quality_score':
      return spreadIn(placed, state).mean
    case 'execution_time_ms':
      return status === 'completed' ? executionMs(placed, state) : null
    case 'coordination_efficiency':
      return efficiencyOf(placed, state)
  }
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
