import type { ObjectiveName, Observation } from '../../events.ts'
import type { TuningState } from '../../state.ts'
import type { Move, View } from '../move.ts'

/** One objective: what it values, and where it goes when neither latency nor failures object. */
export interface Law {
  readonly name: ObjectiveName
  /**
   * What a window is worth by it: higher is better, a natural logarithm, so that a difference of 0.02 is one of 2 %.
   * Undefined: the window says nothing about it.
   */
  readonly worth: (seen: Observation, state: TuningState) => number | undefined
  readonly next: (view: View) => Move
}
