import { chooseEndpoint } from '../primitives/model/choose.ts'
import type { Usable } from '../primitives/model/commands/pick.ts'
import { candidateOf, endpointsFor } from '../primitives/model/find.ts'
import type { Hands } from './hands.ts'
import type { Runner } from './port.ts'

/** Turns at the endpoints that are registered. Which one of a group takes a turn is settled when it is claimed. */
export const modelHands = (runner: Runner, usable: Usable): Hands => ({
  runner,
  usable,
  handFor: async (db, { state: { runnerOptions } }, planned) => {
    const wanted = runnerOptions?.model ?? ''
    const models = (await endpointsFor(db, wanted)).filter(({ state }) =>
      usable(state.endpoint, state.origin),
    )
    if (models.length === 0)
      return { why: `this server may use no endpoint or group "${wanted}"`, missing: true }
    const endpoints = []
    for (const model of models) {
      const candidate = await candidateOf(db, model)
      const more = planned.get(`model:${candidate.endpoint.name}`) ?? 0
      endpoints.push({ ...candidate, in_flight: candidate.in_flight + more })
    }
    const choice = chooseEndpoint({ endpoints, specialities: [], now: db.now })
    if (!('none' in choice)) return { runner: 'model', name: choice.name }
    const until = choice.none.map(({ retry_at }) => retry_at).find((at) => at !== undefined)
    const why = choice.none.map(({ name, says }) => `${name} ${says}`).join('; ')
    return { why, ...(until !== undefined && { until }) }
  },
})
