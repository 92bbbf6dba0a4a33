import { type StreamDef, timelessStream } from '../../kernel/stream.ts'
import type { ExperimentEvent, TrialEvent } from './events.ts'
import { type ExperimentState, evolveExperiment, evolveTrial, type TrialState } from './state.ts'

/** Experiments belong to no run: what was seen was seen, whatever a run goes back on. */
export const experimentStream: StreamDef<ExperimentState, ExperimentEvent> = {
  ...timelessStream<ExperimentState, ExperimentEvent>('experiment', evolveExperiment),
  columnNames: ['name'],
  columns: ({ name }) => ({ name }),
}

/** One stream a unit. Its id is the experiment's id and the unit, so that it is found without a search. */
export const trialStream: StreamDef<TrialState, TrialEvent> = {
  ...timelessStream<TrialState, TrialEvent>('trial', evolveTrial),
  columnNames: ['experiment', 'variant', 'value'],
  columns: ({ experiment, variant, value }) => ({ experiment, variant, value }),
  standing: ({ of: scope, variant, value, missed, passedOver }) => [
    { scope, name: `${variant}.assigned`, by: 1 },
    ...(value === null ? [] : [{ scope, name: `${variant}.n`, by: 1 }]),
    ...(missed === null ? [] : [{ scope, name: `${variant}.missing`, by: 1 }]),
    ...(passedOver === undefined ? [] : [{ scope, name: `${variant}.ignored`, by: 1 }]),
  ],
}

export const trialId = (experiment: string, unit: string): string => `${experiment}:${unit}`

/** The tables as queries see them. */
export interface ExperimentTables {
  experiment: { no: number; id: string; name: string }
  trial: { no: number; id: string; experiment: number; variant: number; value: number | null }
}

export const experimentIndexes = [
  'create unique index experiment_name on experiment (name)',
  'create index trial_value on trial (experiment, variant, value) where value is not null',
]
