import { isDeepStrictEqual } from 'node:util'
import type { RouteDecision, RouteRequest } from './request.ts'
import { route } from './route.ts'

/** The most candidates that one decision looks at, so that its record stays small. */
export const mostCandidates = 64

/** Raised whenever the same request may get another decision than before. */
const routerVersion = 1

/** A decision with all that it was made from, as the log keeps it. Plain JSON, some 300 bytes a candidate. */
export interface RouteRecord {
  readonly router: number
  readonly request: RouteRequest
  readonly decision: RouteDecision
  /** How many candidates were too many to look at. */
  readonly left_out?: number
}

/** Decides, and says so in a form that can be replayed. */
export const recordRoute = (asked: RouteRequest): RouteRecord => {
  const request = narrowed(asked)
  const leftOut = asked.candidates.length - request.candidates.length
  const decision = route(request)
  return { router: routerVersion, request, decision, ...(leftOut > 0 && { left_out: leftOut }) }
}

/**
 * The request with no more candidates than a record holds: those that the strategy ranks first. Under `weighted` the
 * heaviest, so that it is the same ones every turn and their shares hold among them.
 */
const narrowed = (request: RouteRequest): RouteRequest => {
  if (request.candidates.length <= mostCandidates) return request
  const ranking = new Map(route(request).candidates.map(({ agent_id }, place) => [agent_id, place]))
  const placeOf = ({ agent_id }: { readonly agent_id: string }) => ranking.get(agent_id) ?? ranking.size
  const byRank = request.candidates.toSorted((a, b) => placeOf(a) - placeOf(b))
  if (request.strategy === 'weighted') byRank.sort((a, b) => b.weight - a.weight || a.order - b.order)
  const candidates = byRank.slice(0, mostCandidates)
  if (request.strategy !== 'round_robin') return { ...request, candidates }
  // The ring is cut open at whoever has the turn.
  return { ...request, turn: 0, candidates: candidates.map((one, order) => ({ ...one, order })) }
}

export interface Replay {
  /** Whether the request led to the recorded decision again. */
  readonly agrees: boolean
  readonly decision: RouteDecision
}

/** Decides a record's request once more. */
export const replay = ({ request, decision: then }: RouteRecord): Replay => {
  const decision = route(request)
  return { agrees: isDeepStrictEqual(decision, then), decision }
}
