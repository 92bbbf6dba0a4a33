import type { Features } from './features.ts'

export const strategies = [
  'formula',
  'learned',
  'least_loaded',
  'weighted',
  'round_robin',
  'priority',
  'cost',
] as const
export type Strategy = (typeof strategies)[number]

export interface Outcomes {
  readonly done: number
  readonly failed: number
}

/** What was learned of an arm that bears on this task: in all, in tasks of its type, in its cell (type × length). */
export interface Experience {
  readonly overall: Outcomes
  readonly type: Outcomes
  readonly cell: Outcomes
}

/** Why a candidate cannot be chosen. The caller finds all but those that the router itself finds. */
export const obstacles = [
  'lacks_capability',
  'no_worker',
  'paused',
  'circuit_open',
  'rate_limited',
  'budget_exceeded',
  // Those that the router finds:
  'excluded',
  'at_capacity',
  'no_weight',
  'not_in_target',
] as const
export type Obstacle = (typeof obstacles)[number]

/** An agent that might get the task, with every fact that a strategy may look at. */
export interface RouteCandidate {
  readonly agent_id: string
  readonly name: string | null
  /** Its arm: see `armKey`. */
  readonly arm: string
  /** Its place in the declared order: 0 is first. Usually the order in which agents were spawned. */
  readonly order: number
  /** Its share under `weighted`, at least 0. */
  readonly weight: number
  readonly load: { readonly claimed: number; readonly max: number }
  /** Of the agent itself. */
  readonly success: Outcomes
  /** Null: not known. */
  readonly cost_per_task_usd: number | null
  /** It is reckoned from the price of an endpoint; absent: it is what reports said. */
  readonly by_price?: ByPrice
  /** Declared, 0–1: the least over what the task requires; 1 when it requires nothing. */
  readonly proficiency: number
  readonly available: true | Obstacle
  /** Of its arm; null: nothing was recorded yet. */
  readonly learned: Experience | null
}

/** The tokens of one task that a price was reckoned for: the mean of `n` turns; `n` 0: the most that one may take. */
export interface ByPrice {
  readonly input_tokens: number
  readonly output_tokens: number
  readonly n: number
}

/** One link of a fallback chain, already resolved to agents. */
export interface RouteTarget {
  /** How the policy names it. */
  readonly label: string
  readonly agent_ids: readonly string[]
}

/** All that a decision depends on: the same request always gets the same decision. Plain JSON. */
export interface RouteRequest {
  readonly features: Features
  readonly strategy: Strategy
  readonly candidates: readonly RouteCandidate[]
  /** Agents that must not get it, by id. */
  readonly exclude: readonly string[]
  /** How many tasks were routed this way before: where `round_robin` and `weighted` go on. */
  readonly turn: number
  /** Tried in order, the strategy deciding within each. None: all candidates are one target. */
  readonly targets: readonly RouteTarget[]
  /** USD that the run may still spend, where cost decides and there is a cap. */
  readonly budget_left_usd?: number
}

export interface Ranked {
  readonly agent_id: string
  readonly name: string | null
  /** Comparable within one decision only; null when the strategy has no number for it. */
  readonly score: number | null
  /** What the score is made of. */
  readonly contributions: Readonly<Record<string, number>>
  /** Why it could not be chosen. */
  readonly why_not?: Obstacle
}

/** A target that was passed over. */
export interface Hop {
  readonly target: string
  /** The obstacles of its agents with their counts: "at_capacity ×2, circuit_open ×1", or "nobody". */
  readonly why_not: string
}

export type RouteFault =
  /** Nobody has what the task requires. */
  | 'no_capable'
  /** Somebody has, but cannot take it now. */
  | 'none_available'

export interface RouteDecision {
  readonly agent_id: string | null
  /** As asked for. */
  readonly strategy: Strategy
  /** What decided instead, when data are too thin for the strategy. */
  readonly fell_back_to?: 'formula'
  /** One sentence. */
  readonly reason: string
  /** Those that could be chosen, best first; then those that could not. */
  readonly candidates: readonly Ranked[]
  /** The target that the choice is from, when there were targets. */
  readonly target?: string
  readonly hops: readonly Hop[]
  readonly fault?: RouteFault
}
