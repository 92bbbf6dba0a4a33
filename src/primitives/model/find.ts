import { notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import { breakerOf } from '../breaker/queries.ts'
import type { Candidate } from './choose.ts'
import type { ModelEvent } from './events.ts'
import { healthOf } from './health.ts'
import { type ModelTables, modelStream } from './rows.ts'
import type { ModelState } from './state.ts'

export type Model = Entity<ModelState, ModelEvent>

const named = statement<ModelTables, { name: string }>()((db, p) =>
  db.selectFrom('model').select('no').where('name', '=', p.name),
)
const pooled = statement<ModelTables, { pool: string }>()((db, p) =>
  db.selectFrom('model').select('no').where('pool', '=', p.pool).orderBy('no'),
)

/** The stream under this name, also when its endpoint was removed; undefined: there never was one. */
export const modelStreamNamed = async (db: Reader, name: string): Promise<Model | undefined> => {
  const row = await db.one(named, { name })
  return row && (await db.loadNo(modelStream, row.no))
}

/** The endpoint of this name that is registered now, or undefined. */
export const modelNamed = async (db: Reader, name: string): Promise<Model | undefined> => {
  const model = await modelStreamNamed(db, name)
  return model?.state.status === 'registered' ? model : undefined
}

export const theModel = async (db: Reader, name: string): Promise<Model> => {
  const model = await modelNamed(db, name)
  if (!model) throw notFound('model', name, 'list_models shows the endpoints there are.')
  return model
}

/** The endpoints that share this group, in the order in which they were first registered. */
export const modelsInGroup = async (db: Reader, group: string): Promise<readonly Model[]> => {
  const found: Model[] = []
  for (const { no } of await db.all(pooled, { pool: group })) {
    const model = await db.loadNo(modelStream, no)
    if (model) found.push(model)
  }
  return found
}

/** The endpoints that a name means: the one of that name, else all of that group; none when it means nothing. */
export const endpointsFor = async (db: Reader, nameOrGroup: string): Promise<readonly Model[]> => {
  const one = await modelNamed(db, nameOrGroup)
  return one ? [one] : modelsInGroup(db, nameOrGroup)
}

/** The turns under way at an endpoint, of all processes: claimed tasks carry where theirs goes. */
export const inFlight = async (db: Reader, name: string): Promise<number> =>
  db.tally(`model:${name}`, 'in_flight')

/** How an endpoint stands at this moment, for the choice among several. */
export const candidateOf = async (db: Reader, { state }: Model): Promise<Candidate> => {
  const { endpoint, looks, answeredSeq } = state
  return {
    endpoint,
    in_flight: await inFlight(db, endpoint.name),
    breaker: await breakerOf(db, `model:${endpoint.name}`),
    health: healthOf(looks, db.now).health,
    answered_seq: answeredSeq,
  }
}
