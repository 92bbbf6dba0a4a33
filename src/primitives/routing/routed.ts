import type { Features } from '../policy/features.ts'
import type { Priority } from '../task/priority.ts'
import type { RouteRecord } from './decide/record.ts'

/** What a policy had to do with a decision, enough to ask it again. */
export interface ByPolicy {
  readonly version: number
  /** Null: no rule matched, and its default holds. */
  readonly rule_id: string | null
  readonly features: Features
  /** The rules that were asked before, each with why it did not match; then the one that did. */
  readonly tried: readonly { readonly rule_id: string; readonly matched: boolean; readonly why: string }[]
}

/** The record of one decision about a task. */
export interface Routed {
  /** `creation`: it was addressed, or given a priority, when it was made. `claim`: an agent's turn was taken for it. */
  readonly at: 'creation' | 'claim' | 'rebalance'
  /** The agent that it is addressed to from now on; absent: that did not change. */
  readonly agent?: string
  /** Its priority from now on; absent: that did not change. */
  readonly priority?: Priority
  readonly policy: ByPolicy | null
  /** The choice among agents; null where none was made yet. */
  readonly record: RouteRecord | null
}
