import type { Terms } from './terms.ts'

/** A 95 % confidence interval, or why there is none. */
export type Interval =
  | { readonly low: number; readonly high: number; readonly method: string }
  | { readonly insufficient: string }

/** What is known of one variant. */
export interface Arm {
  readonly variant: string
  /** Outcomes that count. */
  readonly n: number
  readonly mean: number | null
  readonly interval: Interval
}

/** Two variants held against each other. */
export interface Comparison {
  readonly variants: readonly [string, string]
  /** Mean of the first less that of the second. */
  readonly difference: number
  readonly test: string
  /** Two-sided. */
  readonly p: number
  /** The same after Holm's correction for all comparisons of the experiment. */
  readonly p_adjusted: number
  /** Of a test by random splits: how many, and what they were drawn from, so that they can be drawn again. */
  readonly permutations?: number
  readonly seed?: string
}

/** How it came out. `winner`: null where no variant was better than every other. */
export interface Verdict {
  readonly winner: string | null
  readonly n: number
  readonly arms: readonly Arm[]
  readonly comparisons: readonly Comparison[]
}

export type ExperimentEvent =
  | { readonly type: 'experiment.started'; readonly data: Terms }
  | { readonly type: 'experiment.decided'; readonly data: Verdict }
  | {
      readonly type: 'experiment.stopped'
      readonly data: { readonly n: number; readonly arms: readonly Arm[]; readonly reason: string | null }
    }

/** A unit of an experiment is its trial: given a variant once, its outcome taken once. */
export type TrialEvent =
  | {
      readonly type: 'trial.assigned'
      readonly data: {
        /** Number and id of the experiment. */
        readonly experiment: number
        readonly of: string
        readonly unit: string
        /** Its place among the variants, from 0. */
        readonly variant: number
      }
    }
  /** `by_hand`: a conductor gave it. */
  | { readonly type: 'trial.recorded'; readonly data: { readonly value: number; readonly by_hand?: true } }
  /** Its orchestration came to a figure after an outcome had been given by hand: that one stands. */
  | { readonly type: 'trial.passed_over'; readonly data: { readonly value: number } }
  /** It ended without the metric; an outcome may still come. */
  | { readonly type: 'trial.missed'; readonly data: { readonly why: string } }
