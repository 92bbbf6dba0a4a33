import type { ExperimentEvent, TrialEvent } from '../../../src/primitives/experiment/events.ts'
import type { Terms } from '../../../src/primitives/experiment/terms.ts'

export const terms: Terms = {
  name: 'poems',
  variants: [
    { name: 'A', weight: 1 },
    { name: 'B', weight: 1 },
  ],
  metric: 'quality',
  goal: 'max',
  samples: 20,
  alpha: 0.05,
}

export const started: ExperimentEvent = { type: 'experiment.started', data: terms }
export const stopped: ExperimentEvent = {
  type: 'experiment.stopped',
  data: { n: 0, arms: [], reason: null },
}
export const decided: ExperimentEvent = {
  type: 'experiment.decided',
  data: { winner: 'B', n: 20, arms: [], comparisons: [] },
}

export const assigned: TrialEvent = {
  type: 'trial.assigned',
  data: { experiment: 1, of: 'exp_1', unit: 'u', variant: 1 },
}
export const recordedAs = (value: number): TrialEvent => ({ type: 'trial.recorded', data: { value } })
export const missed: TrialEvent = { type: 'trial.missed', data: { why: 'it ended without quality' } }
