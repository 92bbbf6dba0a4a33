import type { Recorded } from '../../kernel/event.ts'
import type { Arm, ExperimentEvent, TrialEvent, Verdict } from './events.ts'
import type { Terms } from './terms.ts'

interface Common extends Terms {
  readonly startedAt: number
}

export type ExperimentState =
  | (Common & { readonly status: 'running' })
  | (Common & { readonly status: 'decided'; readonly verdict: Verdict; readonly endedAt: number })
  | (Common & {
      readonly status: 'stopped'
      readonly arms: readonly Arm[]
      readonly n: number
      readonly reason: string | null
      readonly endedAt: number
    })

/** Remembers; holds no rule. */
export const evolveExperiment = (
  state: ExperimentState | undefined,
  event: Recorded<ExperimentEvent>,
): ExperimentState => {
  if (event.type === 'experiment.started') return { ...event.data, status: 'running', startedAt: event.at }
  if (!state) throw new Error(`${event.type} before it was started`)
  switch (event.type) {
    case 'experiment.decided':
      return { ...state, status: 'decided', verdict: event.data, endedAt: event.at }
    case 'experiment.stopped':
      return { ...state, status: 'stopped', ...event.data, endedAt: event.at }
  }
}

export interface TrialState {
  readonly experiment: number
  readonly of: string
  readonly unit: string
  readonly variant: number
  /** Its outcome; null while there is none. */
  readonly value: number | null
  /** Why it ended without one. */
  readonly missed: string | null
  /** Its outcome was given by hand. */
  readonly byHand?: true
  /** What its orchestration came to after that; not counted. */
  readonly passedOver?: number
}

/** Remembers; holds no rule. */
export const evolveTrial = (state: TrialState | undefined, event: Recorded<TrialEvent>): TrialState => {
  if (event.type === 'trial.assigned') return { ...event.data, value: null, missed: null }
  if (!state) throw new Error(`${event.type} before it was assigned`)
  switch (event.type) {
    case 'trial.recorded':
      return {
        ...state,
        value: event.data.value,
        missed: null,
        ...(event.data.by_hand && { byHand: true }),
      }
    case 'trial.passed_over':
      return { ...state, passedOver: event.data.value }
    case 'trial.missed':
      return { ...state, missed: event.data.why }
  }
}
