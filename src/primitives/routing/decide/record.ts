import { isDeepStrictEqual } from 'node:util'
import { narrowed } from './narrow.ts'
import type { RouteDecision, RouteRequest } from './request.ts'
import { route } from './route.ts'

/** Raised whenever the same request may get another decision than before. */
const routerVersion = 1

/** A decision with all that it was made from, as the log keeps it. Plain JSON, some 500 bytes a candidate. */
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
