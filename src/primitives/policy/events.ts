import type { Policy } from './terms.ts'

/** Each change makes a version and holds the whole policy of it, so that a version is read without those before it. */
export type PolicyEvent =
  | {
      readonly type: 'policy.set'
      readonly data: { readonly version: number; readonly policy: Policy; readonly reason: string | null }
    }
  /** The policy of an earlier version holds again. */
  | {
      readonly type: 'policy.returned'
      readonly data: {
        readonly version: number
        readonly to: number
        readonly policy: Policy
        readonly reason: string | null
      }
    }
  | {
      readonly type: 'policy.rules_switched'
      readonly data: {
        readonly version: number
        readonly enabled: readonly string[]
        readonly disabled: readonly string[]
        readonly policy: Policy
        readonly reason: string | null
      }
    }
