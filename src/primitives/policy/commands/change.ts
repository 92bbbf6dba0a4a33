import { Failure } from '../../../errors.ts'
import { accepted, type Decision } from '../../../kernel/decider.ts'
import type { Reader, Tx } from '../../../kernel/ports.ts'
import { mustBeOpen } from '../../run/decide.ts'
import type { Run } from '../../run/find.ts'
import { decideReturn, decideSet, decideSwitch } from '../decide.ts'
import type { PolicyEvent } from '../events.ts'
import { policyAt, policyOf, type RunPolicy } from '../find.ts'
import { policyStream } from '../rows.ts'
import type { Policy } from '../terms.ts'

/** A change of a run's policy: another document (checked before), an earlier version, or rules switched on and off. */
export type PolicyChange =
  | { readonly policy: Policy }
  | { readonly rollback_to: number }
  | { readonly enable: readonly string[]; readonly disable: readonly string[] }

export interface ChangedPolicy {
  readonly version: number
  readonly policy: Policy
  /** False when it said this already: there is then no new version. */
  readonly changed: boolean
}

/** Changes the policy of a run. */
export const changePolicy = async (
  tx: Tx,
  run: Run,
  change: PolicyChange,
  reason: string | null,
): Promise<ChangedPolicy> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const entity = await policyOf(tx, run.no)
  const events = accepted(await decide(tx, entity, change, reason))
  const now = await written(tx, run, entity, events)
  return { version: now.state.version, policy: now.state.policy, changed: events.length > 0 }
}

/** What a change would come to, without making it. */
export const tryChange = async (db: Reader, run: Run, change: PolicyChange): Promise<ChangedPolicy> => {
  const closed = mustBeOpen(run.id, run.state)
  if (closed) throw closed
  const entity = await policyOf(db, run.no)
  const [event] = accepted(await decide(db, entity, change, null))
  if (event) return { version: event.data.version, policy: event.data.policy, changed: true }
  if (!entity) throw new Error('a first policy is a change')
  return { version: entity.state.version, policy: entity.state.policy, changed: false }
}

const decide = async (
  db: Reader,
  entity: RunPolicy | undefined,
  change: PolicyChange,
  reason: string | null,
): Promise<Decision<PolicyEvent>> => {
  if ('policy' in change) return decideSet(entity?.state, change.policy, reason)
  if (!entity)
    return new Failure('not_found', 'This run has no policy yet.', 'Set one with rules or yaml.', {
      policy: 'none',
    })
  if ('rollback_to' in change) {
    const past = await policyAt(db, entity, change.rollback_to)
    return decideReturn(entity.state, change.rollback_to, past, reason)
  }
  return decideSwitch(entity.state, change, reason)
}

const written = async (
  tx: Tx,
  run: Run,
  entity: RunPolicy | undefined,
  events: readonly PolicyEvent[],
): Promise<RunPolicy> => {
  if (!entity) return tx.create(policyStream, { id: tx.newId('pol'), run: run.no }, events)
  if (events.length > 0) await tx.append(entity, events)
  return entity
}
