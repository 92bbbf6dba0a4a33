/** What the optimizer sets: how many ready tasks one dispatch claims at once, and how many turns run at a time. */
export interface Knobs {
  readonly batch_size: number
  readonly concurrency: number
}
export type Knob = keyof Knobs

/** From `min` to `max`, both allowed. */
export interface Range {
  readonly min: number
  readonly max: number
}
export type Bounds = Readonly<Record<Knob, Range>>

export const objectiveNames = ['latency', 'throughput', 'cost', 'balanced'] as const
export type ObjectiveName = (typeof objectiveNames)[number]

/** How much each axis counts for `balanced`. Only their proportions matter; at least one is above 0. */
export interface Weights {
  readonly latency: number
  readonly throughput: number
  readonly cost: number
}

/** What the knobs are to serve. */
export interface Objective {
  readonly name: ObjectiveName
  /** No setting whose 99th percentile is above this is kept, whatever the objective. Null: none was set. */
  readonly target_p99_ms: number | null
  readonly weights: Weights
}

/** What a dispatcher saw in one window. */
export interface Observation {
  /** When the window closed, epoch ms, and how long it was. */
  readonly at: number
  readonly window_ms: number
  /** Turns that ended in it. */
  readonly completed: number
  readonly failed: number
  /** From the claim of a task to the end of its turn, by nearest rank; `n` turns. Null where none ended. */
  readonly latency_ms: { readonly p50: number | null; readonly p99: number | null; readonly n: number }
  /** When it closed: ready tasks that nobody had claimed, and turns under way. */
  readonly queue_depth: number
  readonly running: number
  /** Sums of what the turns reported; 0 when none reported any. */
  readonly cost_usd: number
  readonly tokens: number
}

/** One knob, one direction. */
export type Way = `${Knob}_${'up' | 'down'}`

/** A mean over windows with their variance (n − 1). */
export interface Sample {
  readonly mean: number
  readonly variance: number
  readonly n: number
}

/** What was known of a setting when it was left, to compare the next one with. */
export interface Known {
  /** By the objective, higher is better; null: not measured. */
  readonly worth: Sample | null
  readonly p99_ms: Sample | null
  readonly failed: number
  readonly ended: number
}

/**
 * A step on probation. `grow` and `shrink` follow latency and queue, `probe` and `jump` look for something better,
 * `idle` and `refill` follow an empty and a full queue.
 */
export interface Step {
  readonly kind: 'grow' | 'shrink' | 'probe' | 'jump' | 'idle' | 'refill'
  readonly from: Knobs
  /** Null for a jump, which moves both. */
  readonly way: Way | null
  readonly size: number
  readonly known: Known
}

/** A way that is not gone again until a moment; `misses` in a row make it longer each time. */
export interface Closing {
  readonly way: Way
  /** Epoch ms. */
  readonly until: number
  readonly misses: number
  /** How far the next step of it may go; null: as the law has it. */
  readonly size: number | null
}

interface Change {
  readonly before: Knobs
  readonly after: Knobs
  /** One sentence with the numbers that led to it. */
  readonly why: string
}

export type TuningEvent =
  /** A window that moved nothing. `kept`: with it the step on probation has proved itself. */
  | {
      readonly type: 'tuning.observed'
      readonly data: { readonly observation: Observation; readonly kept: boolean }
    }
  | {
      readonly type: 'tuning.adjusted'
      readonly data: Change & {
        readonly objective: Objective
        readonly observation: Observation
        readonly step: Step
        /** The step before this one has proved itself. */
        readonly kept: boolean
        readonly closing: Closing | null
      }
    }
  /** A step made it worse, or was not worth it: back to where it came from. */
  | {
      readonly type: 'tuning.taken_back'
      readonly data: Change & {
        readonly objective: Objective
        readonly observation: Observation
        readonly closing: Closing | null
      }
    }
  /** Somebody set the knobs by hand. */
  | { readonly type: 'tuning.set'; readonly data: Change }
  /** `before` and `after` differ where a narrower bound took a knob along. */
  | { readonly type: 'tuning.bounded'; readonly data: Change & { readonly bounds: Bounds } }
  | {
      readonly type: 'tuning.objective_set'
      readonly data: { readonly before: Objective; readonly after: Objective }
    }
  | { readonly type: 'tuning.frozen'; readonly data: Record<string, never> }
  | { readonly type: 'tuning.thawed'; readonly data: Record<string, never> }
  | { readonly type: 'tuning.enabled'; readonly data: Record<string, never> }
  | { readonly type: 'tuning.disabled'; readonly data: Record<string, never> }
  /** All as at first; what was learned is forgotten. */
  | { readonly type: 'tuning.reset'; readonly data: Change }
