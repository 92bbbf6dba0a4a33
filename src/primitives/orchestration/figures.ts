import { hasEnded } from '../task/state.ts'
import { spreadOf } from './decide/measure.ts'
import { finalWork, scoresOf } from './decide/progress.ts'
import type { Placed } from './standings.ts'
import type { OrchestrationState } from './state.ts'

/** From laying it out to the end of its last task, ms. */
export const executionMs = (all: readonly Placed[], { laidOutAt }: OrchestrationState): number => {
  const ends = all.flatMap(({ task }) => (hasEnded(task.state) ? [task.state.endedAt] : []))
  return Math.max(...ends, laidOutAt) - laidOutAt
}

/** Successes of the pieces of work that were attempted, 0–1; null when none was. */
export const efficiencyOf = (all: readonly Placed[], { moot }: OrchestrationState): number | null => {
  const work = all.filter(({ step }) => step.part === 'work')
  const done = work.filter(({ status }) => status === 'done')
  const attempted = work.filter(
    ({ status, task }) =>
      status === 'done' ||
      status === 'failed' ||
      (status === 'cancelled' && task.state.attempt > 0 && !moot.includes(task.id)),
  )
  return attempted.length === 0 ? null : done.length / attempted.length
}

/** The scores of the work that counts: mean and variance, null when nobody scored. */
export const spreadIn = (all: readonly Placed[], { mode }: OrchestrationState) => {
  const scores = scoresOf(all)
  return spreadOf(finalWork(all, mode).flatMap(({ step }) => scores.get(step.name) ?? []))
}
