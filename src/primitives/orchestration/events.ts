import type { Coordination, Mode, QueryKind } from './terms.ts'

/** One task of an orchestration. */
export interface Step {
  /** The key of its task when it was made. */
  readonly name: string
  readonly task_id: string
  /** From 1; a synchronized team enters a phase together. */
  readonly phase: number
  /** `lead`: it judges or joins the work of the others. */
  readonly part: 'work' | 'lead'
}

/** The candidate that was chosen, and what speaks for it. */
export interface Choice {
  readonly name: string
  readonly task_id: string
  readonly by: 'lead' | 'score'
  /** 0–1; null when it was never scored. */
  readonly score: number | null
  /** Others with the same score: the first that ended was taken. */
  readonly ties: readonly string[]
}

export interface LaidOut {
  /** The whole text. */
  readonly query: string
  readonly kind: QueryKind
  readonly mode: Mode
  readonly coordination: Coordination
  /** True when the mode was chosen and not asked for. */
  readonly auto: boolean
  readonly reason: string
  /** In the mode, 0–1; 1 when it was asked for. */
  readonly confidence: number
  readonly template: string | null
  /** So many done tasks of a phase are enough; null: all. */
  readonly quorum: number | null
  readonly timeout_ms: number | null
  readonly steps: readonly Step[]
  /** Id of the experiment that it was laid out for, and the variant that it was given. It is its own unit. */
  readonly experiment?: { readonly id: string; readonly variant: string }
}

/** `stalled`: what is left waits for a failed task, and goes on only when that is replaced. */
export interface Ended {
  readonly status: 'completed' | 'partial' | 'failed'
  readonly stalled: boolean
  /** Quality of what it came to, 0–1: of the choice where there is one, else the mean; null when nothing was scored. */
  readonly quality: number | null
  readonly choice: Choice | null
}

export type OrchestrationEvent =
  | { readonly type: 'orchestration.laid_out'; readonly data: LaidOut }
  /** Enough of a phase is done: the rest of it is cancelled. */
  | {
      readonly type: 'orchestration.quorum_met'
      readonly data: {
        readonly phase: number
        readonly done: readonly string[]
        readonly moot: readonly string[]
      }
    }
  /** Its time is over: what is left is cancelled. */
  | { readonly type: 'orchestration.timed_out'; readonly data: { readonly open: readonly string[] } }
  | {
      readonly type: 'orchestration.task_replaced'
      readonly data: { readonly from: string; readonly to: string }
    }
  | { readonly type: 'orchestration.ended'; readonly data: Ended }
