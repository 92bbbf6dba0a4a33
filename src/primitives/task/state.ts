import type { Unsure } from '../confidence/decide/experience.ts'
import type { ArmPlace } from '../routing/arm.ts'
import type { Role, StartRule } from './events.ts'
import type { Priority } from './priority.ts'

/** What is known of a task in every status. */
export interface TaskCommon {
  readonly key: string | null
  readonly title: string
  readonly lane: number
  readonly requires: readonly string[]
  readonly dependsOn: readonly string[]
  readonly priority: Priority
  readonly agent: string | null
  readonly except: string | null
  readonly timeoutMs: number | null
  /** Attempts begun and not given back. */
  readonly attempt: number
  readonly maxAttempts: number
  readonly retryDelayMs: number
  readonly parent: string | null
  readonly depth: number
  /** The task that this one reviews. */
  readonly reviews: string | null
  readonly checked: boolean
  /** Seq of the event that holds the definition. */
  readonly definitionSeq: number
  readonly createdAt: number
  /** Absent where the run's rules are all there is. */
  readonly start?: StartRule
  /** The decision that ends it; absent from tasks that agents do. */
  readonly decides?: string
  /** Absent from work. */
  readonly role?: Role
}

/** The report that ended an attempt, so that the same report again gets the same answer. */
interface Reported {
  readonly by: string | null
  /** Digest of token and result. */
  readonly digest: string
  /** Seq of the event that holds the result. */
  readonly resultSeq: number
  /** Present while a person may still say whether experience is to trust such a result. */
  readonly unsure?: Unsure
}

/** How the attempt before ended: who made it, and the digest of the report that ended it (null: none came). */
export interface LastAttempt {
  readonly by: string | null
  readonly digest: string | null
}

export interface Claim {
  readonly by: string
  /** Digest of the lease token. */
  readonly token: string
  readonly leaseMs: number
  readonly leaseEndsAt: number
  readonly claimedAt: number
  /** When the attempt ends whatever is renewed, or null. */
  readonly deadline: number | null
  /** Absent where nothing is learned from what comes of it, as in events from before there was learning. */
  readonly place?: ArmPlace
  /** Absent where nobody watches how its agent fares. */
  readonly nth?: number
}

export type TaskState =
  | (TaskCommon & { readonly status: 'blocked' })
  /** With `retryAt` it waits for that moment before it can be claimed. */
  | (TaskCommon & {
      readonly status: 'ready'
      readonly readyAt: number
      readonly retryAt: number | null
      readonly last: LastAttempt | null
    })
  | (TaskCommon & { readonly status: 'claimed'; readonly readyAt: number } & Claim)
  | (TaskCommon & {
      readonly status: 'review'
      readonly readyAt: number
      /** From the claim to the report, ms. */
      readonly busyMs: number
      readonly place?: ArmPlace
      readonly nth?: number
      readonly openReviews: readonly string[]
    } & Reported)
  | (TaskCommon & {
      readonly status: 'done'
      readonly verification: 'none' | 'verified' | 'overridden'
      readonly endSeq: number
      readonly endedAt: number
    } & Reported)
  | (TaskCommon & {
      readonly status: 'failed'
      readonly endSeq: number
      readonly endedAt: number
      readonly by: string | null
      readonly digest: string | null
    })
  | (TaskCommon & {
      readonly status: 'cancelled'
      readonly endSeq: number
      readonly endedAt: number
      readonly by: string | null
    })
  | (TaskCommon & { readonly status: 'undone' })

export type TaskStatus = Exclude<TaskState['status'], 'undone'>
export const taskStatuses = [
  'blocked',
  'ready',
  'claimed',
  'review',
  'done',
  'failed',
  'cancelled',
] as const satisfies readonly TaskStatus[]

/** Those in which a task has not ended. */
export const openStatuses = ['blocked', 'ready', 'claimed', 'review'] as const satisfies readonly TaskStatus[]

export const hasEnded = (
  state: TaskState,
): state is Extract<TaskState, { status: 'done' | 'failed' | 'cancelled' }> =>
  state.status === 'done' || state.status === 'failed' || state.status === 'cancelled'

/** Digest of the report that ended the newest attempt, or null when none did. */
export const reportOf = (state: TaskState): string | null => {
  if (state.status === 'ready') return state.last?.digest ?? null
  return 'digest' in state ? state.digest : null
}
