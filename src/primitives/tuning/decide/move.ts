import type { Closing, Knobs, Known, Observation, Step } from '../events.ts'
import type { TuningState } from '../state.ts'
import type { Reach } from './ways.ts'
import { closingAfter, partsOf } from './ways.ts'

/** What follows from a window. */
export type Move =
  | { readonly kind: 'stay'; readonly kept: boolean }
  | {
      readonly kind: 'step'
      readonly step: Step
      readonly after: Knobs
      readonly why: string
      readonly kept: boolean
      readonly closing: Closing | null
    }
  | {
      readonly kind: 'back'
      readonly after: Knobs
      readonly why: string
      readonly closing: Closing | null
    }

/** What a law looks at: the state with the newest window in it, that window, and what is known of the setting. */
export interface View {
  readonly state: TuningState
  readonly seen: Observation
  readonly known: Known
}

export const stay = (kept = false): Move => ({ kind: 'stay', kept })

/** A step along a way. `why` says what led to it; which knob goes where is added. */
export const stepTo = (
  { state, known }: View,
  kind: Step['kind'],
  { way, size, after }: Reach,
  why: string,
  { kept = false, closing = null }: { readonly kept?: boolean; readonly closing?: Closing | null } = {},
): Move => {
  const { knob } = partsOf(way)
  const step = { kind, from: state.knobs, way, size, known }
  const told = `${why}: ${knob} ${state.knobs[knob]} → ${after[knob]}.`
  return { kind: 'step', step, after, why: told, kept, closing }
}

/** Back to where the step on probation came from; its way is closed or shortened. `then`: see `closingAfter`. */
export const takeBack = ({ state, seen }: View, step: Step, why: string, then: number | null): Move => {
  const { batch_size, concurrency } = step.from
  return {
    kind: 'back',
    after: step.from,
    why: `${why}: taken back to batch_size ${batch_size}, concurrency ${concurrency}.`,
    closing: closingAfter(state, step, seen, then),
  }
}

/** At most three significant places: what stands in a sentence. */
export const short = (value: number): string => String(Number(value.toPrecision(3)))
