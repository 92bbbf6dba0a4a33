import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { ReadyPolicy } from './decide.ts'
import type { PolicyEvent } from './events.ts'
import { type ConditionEngine, readyPolicy } from './ready.ts'
import { type PolicyTables, policyStream } from './rows.ts'
import type { PolicyState } from './state.ts'
import type { Policy } from './terms.ts'

export type RunPolicy = Entity<PolicyState, PolicyEvent>

const ofRun = statement<PolicyTables, { run: number }>()((db, p) =>
  db.selectFrom('policy').select('no').where('run', '=', p.run),
)

/** The policy of a run, or undefined when none was ever set. */
export const policyOf = async (db: Reader, run: number): Promise<RunPolicy | undefined> => {
  const row = await db.one(ofRun, { run })
  return row && db.loadNo(policyStream, row.no)
}

/** What a policy said at a version, or undefined when there is no such version. */
export const policyAt = async (
  db: Reader,
  entity: RunPolicy,
  version: number,
): Promise<Policy | undefined> => {
  const { state } = entity
  if (version === state.version) return state.policy
  if (version < 1 || version > state.version) return undefined
  const events = await db.history(entity)
  const event = events.find(({ data }) => (data as PolicyEvent['data']).version === version)
  return event && (event.data as PolicyEvent['data']).policy
}

/** The policy in force, ready to be asked. Compiled once a version. */
export const policyInForce = async (
  db: Reader,
  run: number,
  engine: ConditionEngine,
): Promise<{ readonly version: number; readonly policy: ReadyPolicy } | undefined> => {
  const entity = await policyOf(db, run)
  if (!entity) return undefined
  const { version } = entity.state
  const key = `policy ${entity.no} ${version}`
  const known = db.memo.get(key) as ReadyPolicy | undefined
  const policy = known ?? readyPolicy(entity.state.policy, engine)
  if (!known) db.memo.set(key, policy)
  return { version, policy }
}
