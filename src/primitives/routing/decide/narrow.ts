import type { Ranked, RouteCandidate, RouteRequest } from './request.ts'
import { route } from './route.ts'

/** The most candidates that one decision looks at, so that its record stays small. */
export const mostCandidates = 24

/** Places of these for candidates that cannot be chosen, so that a record still shows what stood in the way. */
const forObstacles = 6

/**
 * The request with no more candidates than a record holds: those that the strategy ranks first, and some that cannot be
 * chosen, members of targets before others. Under `weighted` the heaviest open ones instead, so that it is the same
 * ones every turn and their shares hold among them; lighter ones then get nothing.
 */
export const narrowed = (request: RouteRequest): RouteRequest => {
  const { candidates, strategy, targets } = request
  if (candidates.length <= mostCandidates) return request
  const byId = new Map(candidates.map((candidate) => [candidate.agent_id, candidate]))
  const pick = (ranked: readonly Ranked[]): RouteCandidate[] =>
    ranked.flatMap(({ agent_id }) => byId.get(agent_id) ?? [])
  const ranking = route(request).candidates
  const open = pick(ranking.filter(({ why_not }) => why_not === undefined))
  if (strategy === 'weighted') open.sort((a, b) => b.weight - a.weight || a.order - b.order)
  const targeted = new Set(targets.flatMap(({ agent_ids }) => agent_ids))
  const barred = pick(ranking.filter(({ why_not }) => why_not !== undefined))
  barred.sort((a, b) => Number(targeted.has(b.agent_id)) - Number(targeted.has(a.agent_id)))
  const reserved = Math.min(forObstacles, barred.length)
  const best = open.slice(0, mostCandidates - reserved)
  const kept = [...best, ...barred.slice(0, mostCandidates - best.length)]
  return {
    ...request,
    // The ring is cut open at whoever has the turn.
    ...(strategy === 'round_robin'
      ? { turn: 0, candidates: kept.map((one, order) => ({ ...one, order })) }
      : { candidates: kept }),
    targets: targets.map(({ label, agent_ids }) => ({
      label,
      agent_ids: agent_ids.filter((id) => kept.some(({ agent_id }) => agent_id === id)),
    })),
  }
}
