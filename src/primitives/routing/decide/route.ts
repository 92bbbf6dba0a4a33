import { freeShare } from './formula.ts'
import { reasonFor } from './reason.ts'
import type { Hop, Obstacle, Ranked, RouteCandidate, RouteDecision, RouteRequest } from './request.ts'
import { scorings, thinData } from './strategies.ts'

/**
 * Who gets the task. Everything that it depends on is in the request, the order of its candidates apart, which does not
 * matter. Those that lack something, are excluded, full or otherwise unavailable are never chosen; the strategy ranks
 * the others. Equal scores: the one with more free share comes first, then by declared order, then by id. With targets
 * (a fallback chain) the first that has somebody open decides, and `hops` says why those before it did not.
 */
export const route = (request: RouteRequest): RouteDecision => {
  const { strategy } = request
  const pool = judged(request)
  const hops: Hop[] = []
  for (const target of chain(request)) {
    const members = target.agent_ids === undefined ? pool : among(pool, target.agent_ids)
    const open = members.filter(({ obstacle }) => obstacle === undefined)
    if (open.length === 0) {
      if (target.label !== undefined) hops.push({ target: target.label, why_not: obstaclesOf(members) })
      continue
    }
    const { ranked, thin } = rank(request, open, members)
    const ranking = [...ranked, ...notOpen(pool, open)]
    return {
      agent_id: ranked[0]?.agent_id ?? null,
      strategy,
      ...(thin !== undefined && { fell_back_to: 'formula' as const }),
      reason: reasonFor(thin === undefined ? strategy : 'formula', ranked, {
        thin,
        target: target.label,
        hops,
        left: request.budget_left_usd,
      }),
      candidates: ranking,
      ...(target.label !== undefined && { target: target.label }),
      hops,
    }
  }
  const capable = pool.filter(({ obstacle }) => obstacle !== 'lacks_capability')
  const reason =
    capable.length === 0
      ? `Nobody among ${pool.length} has all that the task requires.`
      : `Of ${capable.length} who could do it nobody can take it now: ${obstaclesOf(capable)}.`
  const fault = capable.length === 0 ? 'no_capable' : 'none_available'
  return { agent_id: null, strategy, reason, candidates: notOpen(pool, []), hops, fault }
}

interface Judged {
  readonly candidate: RouteCandidate
  readonly obstacle: Obstacle | undefined
}

/** All candidates in the declared order, each with what stands in its way. */
const judged = ({ candidates, exclude, strategy }: RouteRequest): readonly Judged[] =>
  candidates
    .toSorted((a, b) => a.order - b.order || (a.agent_id < b.agent_id ? -1 : 1))
    .map((candidate) => ({ candidate, obstacle: obstacleOf(candidate, exclude, strategy) }))

const obstacleOf = (
  { agent_id, available, load, weight }: RouteCandidate,
  exclude: readonly string[],
  strategy: RouteRequest['strategy'],
): Obstacle | undefined => {
  if (available === 'lacks_capability') return available
  if (exclude.includes(agent_id)) return 'excluded'
  if (available !== true) return available
  if (load.claimed >= load.max) return 'at_capacity'
  return strategy === 'weighted' && !(weight > 0) ? 'no_weight' : undefined
}

interface Link {
  readonly label?: string
  readonly agent_ids?: readonly string[]
}

const chain = ({ targets }: RouteRequest): readonly Link[] => (targets.length === 0 ? [{}] : targets)

const among = (pool: readonly Judged[], ids: readonly string[]): readonly Judged[] =>
  pool.filter(({ candidate }) => ids.includes(candidate.agent_id))

/** The open ones, best first, by the strategy or, where data are too thin for it, by the formula. */
const rank = (request: RouteRequest, openJudged: readonly Judged[], members: readonly Judged[]) => {
  const { strategy, turn } = request
  const open = openJudged.map(({ candidate }) => candidate)
  const capable = members.filter(({ obstacle }) => obstacle !== 'lacks_capability').map((m) => m.candidate)
  const thin = thinData(strategy, open)
  const scores = scorings[thin === undefined ? strategy : 'formula']({ open, capable, turn })
  const byScore = open.map((candidate, i) => ({ candidate, scored: scores[i] ?? unscored }))
  // Array sorting is stable, and `open` stands in the declared order.
  byScore.sort(
    (a, b) =>
      (b.scored.score ?? worst) - (a.scored.score ?? worst) ||
      freeShare(b.candidate.load) - freeShare(a.candidate.load),
  )
  const ranked = byScore.map(
    ({ candidate: { agent_id, name }, scored }): Ranked => ({ agent_id, name, ...scored }),
  )
  return { ranked, thin }
}

/** Below every score, and finite, so that two of them are equal. */
const worst = -Number.MAX_VALUE
const unscored = { score: null, contributions: {} }

const notOpen = (pool: readonly Judged[], open: readonly Judged[]): readonly Ranked[] =>
  pool
    .filter((one) => !open.includes(one))
    .map(({ candidate: { agent_id, name }, obstacle }) => ({
      agent_id,
      name,
      ...unscored,
      why_not: obstacle ?? 'not_in_target',
    }))

/** "at_capacity ×2, circuit_open ×1", the most frequent first. */
const obstaclesOf = (pool: readonly Judged[]): string => {
  const counts = new Map<Obstacle, number>()
  for (const { obstacle } of pool) if (obstacle) counts.set(obstacle, (counts.get(obstacle) ?? 0) + 1)
  const named = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return named.length === 0 ? 'nobody' : named.map(([obstacle, n]) => `${obstacle} ×${n}`).join(', ')
}
