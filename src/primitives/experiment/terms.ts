import type { TemplateName } from '../orchestration/decide/templates.ts'
import type { Coordination, Mode } from '../orchestration/terms.ts'

/** One of the ways that are compared. What it leaves out is chosen as without an experiment. */
export interface Variant {
  readonly name: string
  /** Its share of the units, among the weights of all; over 0. */
  readonly weight: number
  readonly mode?: Mode | undefined
  readonly coordination?: Coordination | undefined
  readonly template?: TemplateName | undefined
}

/** Whether a variant says anything of how to orchestrate. */
export const saysHow = ({ mode, coordination, template }: Variant): boolean =>
  mode !== undefined || coordination !== undefined || template !== undefined

/** What an orchestration can record by itself when it ends; any other metric is recorded by hand. */
export const ownMetrics = [
  'quality',
  'quality_score',
  'execution_time_ms',
  'coordination_efficiency',
] as const
export type OwnMetric = (typeof ownMetrics)[number]

/** `max`: more is better. */
export const goals = ['max', 'min'] as const
export type Goal = (typeof goals)[number]

/** What is better where nothing else is said. */
export const usualGoal = (metric: string): Goal => (metric === 'execution_time_ms' ? 'min' : 'max')

/** Whether orchestrations record this metric when they end. */
export const isOwn = (metric: string): metric is OwnMetric =>
  (ownMetrics as readonly string[]).includes(metric)

/** Why a value is none of the metric, or undefined: what orchestrations record lies where they can record it. */
export const rangeProblem = (metric: string, value: number): string | undefined => {
  if (!isOwn(metric)) return undefined
  if (metric === 'execution_time_ms') return value < 0 ? 'must be at least 0 (ms)' : undefined
  return value < 0 || value > 1 ? 'must lie from 0 to 1' : undefined
}

/** What an experiment is: fixed before its first outcome, so that nothing that was seen can bend it. */
export interface Terms {
  readonly name: string
  readonly variants: readonly Variant[]
  readonly metric: string
  readonly goal: Goal
  /** So many outcomes decide it, all variants together. */
  readonly samples: number
  /** Probability of a winner where there is no difference, at most; over 0, under 1. */
  readonly alpha: number
}

/** Each variant needs so many outcomes, whatever its weight. */
export const leastEach = 5
