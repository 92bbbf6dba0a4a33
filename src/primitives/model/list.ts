import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { breakerOf } from '../breaker/queries.ts'
import type { BreakerView } from '../breaker/view.ts'
import { type Compared, type Savings, savingsAmong } from './decide-savings.ts'
import type { EndpointOrigin } from './events.ts'
import { inFlight } from './find.ts'
import { type Health, healthOf } from './health.ts'
import { type ModelTables, modelStream } from './rows.ts'
import type { ModelState } from './state.ts'
import type { ModelEndpoint } from './terms.ts'

export interface ListedModel {
  readonly endpoint: ModelEndpoint
  readonly origin: EndpointOrigin
  readonly health: Health
  readonly breaker: BreakerView
  readonly in_flight: number
}

/** What endpoints are asked for. */
export interface ModelFilter {
  readonly kind?: ModelEndpoint['kind'] | undefined
  readonly speciality?: string | undefined
  readonly group?: string | undefined
}

export interface ModelQuery extends ModelFilter {
  readonly limit: number
  /** The `next` of an earlier answer. */
  readonly after?: number | undefined
}

const registered = statement<ModelTables, { after: number }>()((db, p) =>
  db
    .selectFrom('model')
    .select('no')
    .where('status', '=', 'registered')
    .where('no', '>', p.after)
    .orderBy('no'),
)

/** The endpoints that are registered, in the order in which their names were first used. */
export const listModels = async (
  db: Reader,
  query: ModelQuery,
): Promise<{ readonly models: readonly ListedModel[]; readonly next: number | undefined }> => {
  const models: ListedModel[] = []
  let last: number | undefined
  for (const { no } of await db.all(registered, { after: query.after ?? 0 })) {
    const model = await db.loadNo(modelStream, no)
    if (!model || !wanted(model.state, query)) continue
    if (models.length === query.limit) return { models, next: last }
    models.push(await listed(db, model.state))
    last = no
  }
  return { models, next: undefined }
}

/** What the prices of all endpoints that are asked for come to, where several can stand in for each other. */
export const savingsOf = async (db: Reader, filter: ModelFilter): Promise<readonly Savings[]> => {
  const found: Compared[] = []
  for (const { no } of await db.all(registered, { after: 0 })) {
    const model = await db.loadNo(modelStream, no)
    if (model && wanted(model.state, filter)) found.push(model.state)
  }
  return savingsAmong(found)
}

const wanted = ({ endpoint }: ModelState, { kind, speciality, group }: ModelFilter): boolean =>
  (kind === undefined || endpoint.kind === kind) &&
  (speciality === undefined || endpoint.specialities.includes(speciality)) &&
  (group === undefined || endpoint.group === group)

const listed = async (db: Reader, { endpoint, origin, looks }: ModelState): Promise<ListedModel> => ({
  endpoint,
  origin,
  health: healthOf(looks, db.now),
  breaker: await breakerOf(db, `model:${endpoint.name}`),
  in_flight: await inFlight(db, endpoint.name),
})
