import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import { endpointsFor, type Model } from '../model/find.ts'
import { cheapest, enoughTurns, usedTogether } from '../model/price.ts'
import type { ByPrice } from './decide/request.ts'

/** What a task costs an agent by the price of where its turns go. */
export interface Priced {
  readonly usd: number
  readonly by: ByPrice
}

/**
 * What a task costs each of these agents, by id, at the cheapest endpoint that its model means; agents whose endpoints
 * have no price are left out. All are reckoned for the same use: what the turns at these endpoints have used on average,
 * or, while fewer than five were measured, the most that one may: the task read, and as much written as all of them let.
 */
export const costsByPrice = async (
  db: Reader,
  agents: readonly Agent[],
  taskTokens: number,
): Promise<ReadonlyMap<string, Priced>> => {
  const reach = new Map<string, readonly Model[]>()
  const models = new Map<string, Model>()
  for (const { id, state } of agents) {
    const named = state.runner === 'model' ? state.runnerOptions?.model : undefined
    if (named === undefined) continue
    const found = await endpointsFor(db, named)
    reach.set(id, found)
    for (const model of found) models.set(model.id, model)
  }
  const all = [...models.values()]
  const by = usualUse(all, taskTokens)
  const costs = new Map<string, Priced>()
  for (const [id, found] of reach) {
    const usd = cheapest(found.flatMap(pricedOne), by)?.usd
    if (usd !== undefined) costs.set(id, { usd, by })
  }
  return costs
}

const pricedOne = ({ state: { endpoint } }: Model) =>
  endpoint.price === null ? [] : [{ name: endpoint.name, price: endpoint.price }]

const usualUse = (models: readonly Model[], taskTokens: number): ByPrice => {
  const { n, input_tokens, output_tokens } = usedTogether(models.map(({ state }) => state.used))
  if (n >= enoughTurns) return { n, input_tokens: input_tokens / n, output_tokens: output_tokens / n }
  const priced = models.map(({ state }) => state.endpoint).filter(({ price }) => price !== null)
  const least = Math.min(...priced.map(({ max_output_tokens }) => max_output_tokens))
  return { n: 0, input_tokens: taskTokens, output_tokens: priced.length === 0 ? 0 : least }
}
