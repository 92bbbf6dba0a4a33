import type { Decision } from '../../../kernel/decider.ts'
import type { ExperimentEvent } from '../events.ts'
import type { ExperimentState } from '../state.ts'
import { armsOf, type Outcomes } from './arms.ts'
import { hasEnded } from './outcome.ts'

/** Ends an experiment without a winner: what was seen until now is told, not tested. Again changes nothing. */
export const decideStop = (
  state: ExperimentState,
  all: readonly Outcomes[],
  reason: string | null,
): Decision<ExperimentEvent> => {
  if (state.status === 'stopped') return []
  if (state.status === 'decided') return hasEnded(state, 'stop')
  const arms = armsOf(all)
  const n = arms.reduce((sum, arm) => sum + arm.n, 0)
  return [{ type: 'experiment.stopped', data: { n, arms, reason } }]
}
