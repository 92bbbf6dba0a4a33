import type { LetThrough, Unsure } from '../confidence/decide/experience.ts'
import type { Band } from '../confidence/decide.ts'
import type { ArmPlace } from '../routing/arm.ts'
import type { Routed } from '../routing/routed.ts'
import type { Priority } from './priority.ts'

/** A check that a result must pass before the task counts as done. */
export type Check =
  | { readonly kind: 'schema'; readonly schema: Readonly<Record<string, unknown>> | boolean }
  | {
      readonly kind: 'review'
      readonly requires?: readonly string[]
      readonly agent_id?: string
      readonly instructions?: string
    }
  /** CEL over the result, what its author says for it, and the run's metrics. */
  | { readonly kind: 'condition'; readonly condition: string }
  /** A quality gate of the run, by its name. */
  | { readonly kind: 'gate'; readonly gate: string }

/** How a task waits, and what it is handed, where an orchestration says more than the run's rules. */
export interface StartRule {
  /** Starts once all that it waits for has ended and so many of it are done, else never; null: by the run's rule. */
  readonly needs: number | null
  /** Of earlier results: nothing, or direct ones in full and of farther ones a summary with their key outputs. */
  readonly inputs: 'nothing' | 'handoff'
}

/**
 * A task that says something of the work of others, in a given form: it chooses among candidates (`lead`) or scores
 * options (`judge`). It is no work itself, so gates over all work of a run are none of its business.
 */
export type Role = 'lead' | 'judge'

/** What is asked: the part of a task that its worker reads. Stored once, in the event. */
export interface Definition {
  readonly title: string
  readonly task: string
  readonly context: unknown
  readonly checks: readonly Check[]
  /** Its author is asked for a score: the best of several results is chosen by that. Absent: not asked. */
  readonly scored?: true
}

/** What a worker hands in. Stored once, in the event. */
export interface Submission {
  readonly by: string | null
  readonly result: unknown
  readonly evidence: unknown
  readonly confidence: number | null
  readonly score: number | null
  readonly metrics: Readonly<Record<string, number>> | null
  /** Digest of lease token and result: the same report again is answered with the first answer. */
  readonly digest: string
  /** What a reader should be careful with, e.g. that it reads like instructions. */
  readonly flags: readonly string[]
  /** Where its confidence puts it; absent where the run has no bands, or no confidence was given. */
  readonly band?: Band
  /** Absent from a result that was never for a person to decide on, and where nothing tells its author from others. */
  readonly unsure?: Unsure
  /** Why no person was asked about it, though one would have been; absent from all others. */
  readonly let_through?: LetThrough
  /** The quality gates that it has passed; absent: none. */
  readonly gates?: readonly string[]
}

export type TaskEvent =
  | {
      readonly type: 'task.created'
      readonly data: Definition & {
        readonly key: string | null
        readonly requires: readonly string[]
        readonly depends_on: readonly string[]
        readonly priority: Priority
        readonly agent: string | null
        /** An agent that may not do it (the author of what it reviews). */
        readonly except: string | null
        readonly timeout_ms: number | null
        readonly max_attempts: number
        readonly retry_delay_ms: number
        readonly parent: string | null
        readonly depth: number
        readonly replaces: string | null
        readonly reviews: string | null
        /** False when it is ready at once. */
        readonly blocked: boolean
        /** Absent where the run's rules are all there is. */
        readonly start?: StartRule
        /** The decision (a proposal) that ends it: nobody can claim it. Absent from all other tasks. */
        readonly decides?: string
        /** Absent from work. */
        readonly role?: Role
      }
    }
  | {
      readonly type: 'task.revised'
      readonly data: {
        readonly definition: Definition | null
        readonly depends_on: readonly string[]
        readonly priority: Priority
        readonly agent: string | null
        readonly blocked: boolean
      }
    }
  | { readonly type: 'task.unblocked'; readonly data: { readonly by: string | null } }
  /** A prerequisite was replaced by another task. */
  | {
      readonly type: 'task.prerequisite_replaced'
      readonly data: { readonly from: string; readonly to: string; readonly blocked: boolean }
    }
  /** The agent that it was addressed to is gone: any that fits may take it. */
  | { readonly type: 'task.unaddressed'; readonly data: { readonly agent: string; readonly why: string } }
  /** Who is to do it, or with what priority, was decided: by policy, strategy, or both. */
  | { readonly type: 'task.routed'; readonly data: Routed }
  | {
      readonly type: 'task.claimed'
      readonly data: {
        readonly by: string
        readonly token: string
        readonly lease_ms: number
        readonly lease_ends_at: number
        readonly attempt: number
        /** How many claims of its agent were watched before; absent where nobody is to be told how it fares. */
        readonly nth?: number
        /** Where what comes of it is counted for learning; absent where nothing can be learned. */
        readonly place?: ArmPlace
      }
    }
  | {
      readonly type: 'task.progressed'
      readonly data: {
        readonly note: string | null
        readonly percent: number | null
        readonly lease_ends_at: number
      }
    }
  /** The lease ran out (`expired`) or the attempt took longer than timeout_ms (`timeout`). */
  | {
      readonly type: 'task.lease_ended'
      readonly data: { readonly by: string; readonly why: 'expired' | 'timeout' }
    }
  /** The claim was given back, the attempt not counted. */
  | {
      readonly type: 'task.released'
      readonly data: { readonly by: string; readonly why: string }
    }
  | {
      readonly type: 'task.attempt_failed'
      readonly data: {
        readonly by: string
        readonly error: string
        readonly retry_at: number | null
        readonly digest: string
      }
    }
  | { readonly type: 'task.retry_due'; readonly data: Record<string, never> }
  /** Handed in, and accepted as done without further checks. */
  | { readonly type: 'task.completed'; readonly data: Submission }
  /** Handed in, and to be checked: `reviews` names the review tasks it waits for. */
  | {
      readonly type: 'task.submitted'
      readonly data: Submission & { readonly reviews: readonly string[] }
    }
  | {
      readonly type: 'task.verified'
      readonly data: {
        readonly by: string
        readonly findings: string | null
        readonly last: boolean
        /** Only where a person takes a result that was sent back: who handed it in, and the seq of the event that holds it. */
        readonly accepts?: { readonly seq: number; readonly by: string | null; readonly digest: string }
      }
    }
  | {
      readonly type: 'task.rejected'
      readonly data: { readonly by: string; readonly findings: string; readonly author: string | null }
    }
  /** A person has decided, whatever leases and checks say; what follows from it stands in the next events. */
  | {
      readonly type: 'task.overridden'
      readonly data: {
        readonly person: string
        readonly decision: 'proceed' | 'retry' | 'cancel' | 'fail'
        readonly note: string | null
        readonly escalation: string | null
        readonly from: string
        /** A result was given that counts in place of what was handed in. */
        readonly replaced?: true
      }
    }
  /** One more attempt than was allowed. */
  | { readonly type: 'task.attempt_granted'; readonly data: { readonly max_attempts: number } }
  /** Failed, and to be tried again after all. */
  | {
      readonly type: 'task.reopened'
      readonly data: { readonly by: string; readonly findings: string; readonly max_attempts: number }
    }
  | { readonly type: 'task.failed'; readonly data: { readonly error: string } }
  | { readonly type: 'task.cancelled'; readonly data: { readonly reason: string | null } }
