import { freeShare, rateOf } from './formula.ts'
import { dataFor, learnedScore } from './learned.ts'
import type { RouteCandidate, Strategy } from './request.ts'
import { smoothWeights } from './taking-turns.ts'

export interface Scored {
  /** Null: the strategy has no number for it; it comes after those that have one. */
  readonly score: number | null
  readonly contributions: Readonly<Record<string, number>>
}

interface Choice {
  /** Those that can be chosen, at least one, in the declared order. */
  readonly open: readonly RouteCandidate[]
  /** All who are capable, in the declared order. */
  readonly capable: readonly RouteCandidate[]
  readonly turn: number
}

/** Scores for the open candidates, in their order. */
type Scoring = (choice: Choice) => readonly Scored[]

/** Success × free share: an agent that fails, or has its hands full, comes later. */
const formula = ({ success, load }: RouteCandidate): Scored => {
  const rate = rateOf(success)
  const free = freeShare(load)
  return {
    score: rate * free,
    contributions: { success_rate: rate, free_share: free, n: success.done + success.failed },
  }
}

const leastLoaded = ({ load }: RouteCandidate): Scored => ({
  score: freeShare(load),
  contributions: { claimed: load.claimed, max: load.max },
})

const declared = ({ proficiency }: RouteCandidate): Scored => ({
  score: proficiency,
  contributions: { proficiency },
})

const cheapest = ({ cost_per_task_usd: cost, by_price }: RouteCandidate): Scored =>
  cost === null
    ? { score: null, contributions: {} }
    : { score: 0 - cost, contributions: { cost_per_task_usd: cost, ...by_price } }

const weighted: Scoring = ({ open, turn }) => {
  const weights = open.map(({ weight }) => weight)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return smoothWeights(weights, turn).map((score, i) => {
    const weight = weights[i] ?? 0
    return { score, contributions: { weight, share: weight / sum } }
  })
}

/** Turns go around all who are capable, so that one who is busy for a while shifts nobody else's turn. */
const roundRobin: Scoring = ({ open, capable, turn }) =>
  open.map((candidate) => {
    const away = (capable.indexOf(candidate) + capable.length - (turn % capable.length)) % capable.length
    return { score: 1 - away / capable.length, contributions: { turns_away: away } }
  })

export const scorings: Readonly<Record<Strategy, Scoring>> = {
  formula: ({ open }) => open.map(formula),
  learned: ({ open }) => open.map(learnedScore),
  least_loaded: ({ open }) => open.map(leastLoaded),
  priority: ({ open }) => open.map(declared),
  cost: ({ open }) => open.map(cheapest),
  weighted,
  round_robin: roundRobin,
}

/** Why a strategy has too little to go by, or undefined. */
export const thinData = (strategy: Strategy, candidates: readonly RouteCandidate[]): string | undefined => {
  if (strategy === 'learned') {
    const { n, enough } = dataFor(candidates)
    return n < enough ? `insufficient data (${n} of ${enough} outcomes)` : undefined
  }
  if (strategy === 'cost' && candidates.every(({ cost_per_task_usd: cost }) => cost === null))
    return 'insufficient data (no costs are known)'
  return undefined
}
