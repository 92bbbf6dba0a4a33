import { type EntityRow, timelessStream } from '../../kernel/stream.ts'
import type { PolicyEvent } from './events.ts'
import { evolvePolicy, type PolicyState } from './state.ts'

export const policyStream = timelessStream<PolicyState, PolicyEvent>('policy', evolvePolicy)

/** The policy table as queries see it: one row a run at most. */
export interface PolicyTables {
  policy: EntityRow
}

export const policyIndexes = ['create unique index policy_of_run on policy (run)']
