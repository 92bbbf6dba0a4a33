import type { Tally } from '../../kernel/stream.ts'
import type { RunnerKind, RunnerOptions } from '../agent/events.ts'
import { defaultProfile } from '../agent/profile.ts'
import { type Features, type Length, typeOf } from './decide/features.ts'

/** Who does the work, as far as learning can tell one worker from another. */
export interface Worker {
  readonly agent_id: string
  readonly name: string | null
  readonly profile: string | null
  readonly runner: RunnerKind
  readonly runner_options: RunnerOptions | null
}

/**
 * The key of an arm: `profile|runner|model or command`. It outlives agent and run, so that what was learned in one run
 * serves the next. Of a `client` agent without a profile of its own nothing but its name (or, without one, its id) says who it is.
 */
export const armKey = ({ agent_id, name, profile, runner, runner_options }: Worker): string => {
  const own = profile === defaultProfile ? null : profile
  const who = own ?? (runner === 'client' ? `~${name ?? agent_id}` : '-')
  return [who, runner, runner_options?.model ?? runner_options?.command ?? '-'].map(part).join('|')
}

const part = (text: string): string => [...text.replaceAll('|', '/')].slice(0, 64).join('')

/** What is counted of an arm, in all of it, in one type of task, or in one cell (type × length). */
export interface Counts {
  readonly done: number
  readonly failed: number
  /** Sum over successes of the time from claim to report, ms. */
  readonly busy_ms: number
  /** Sums over successes of the logarithm of that time and of its square, in whole `logUnit`s. */
  readonly log_ms: number
  readonly log_ms_sq: number
  /** Sum of what outcomes are known to have cost, and of how many that is known. */
  readonly cost_usd: number
  readonly cost_reports: number
}

/** An arm as one task's features see it, from the coarse to the fine; each level contains the next. */
export interface ArmCounts {
  readonly overall: Counts
  readonly type: Counts
  readonly cell: Counts
}

const levels = ['overall', 'type', 'cell'] as const satisfies readonly (keyof ArmCounts)[]

/** Where an outcome is counted: an arm and the cell of its task. Small, and settled when the task is claimed. */
export interface ArmPlace {
  readonly arm: string
  /** As `typeOf` has it. */
  readonly type: string
  readonly length: Length
}

export const placeOf = (arm: string, features: Features): ArmPlace => ({
  arm,
  type: typeOf(features),
  length: features.length,
})

/** The scopes of a place's tallies. Three a decision, of a few rows each, however many types there have been. */
export const armScopes = ({ arm, type, length }: ArmPlace): Readonly<Record<keyof ArmCounts, string>> => ({
  overall: `arm:${arm}`,
  type: `arm:${arm}|${type}`,
  cell: `arm:${arm}|${type}|${length}`,
})

/** How an attempt ended. A lease that ran out, a failed attempt and a result sent back are all `ok: false`. */
export type ArmOutcome =
  /** `busyMs`: from claim to report. */
  | { readonly ok: true; readonly busyMs: number; readonly costUsd?: number }
  | { readonly ok: false; readonly costUsd?: number }

/** Logarithms are kept as whole numbers of 0.0001, so that sums are exact in whatever order they are added. */
export const logUnit = 1e-4

/** What one outcome adds to its arm for good. They are `measured`: never taken back by a rollback. */
export const armTallies = (place: ArmPlace, outcome: ArmOutcome): readonly Tally[] => {
  const scopes = armScopes(place)
  const counts = Object.entries(countsOf(outcome)).filter(([, by]) => by !== 0)
  return levels.flatMap((level) => counts.map(([name, by]) => ({ scope: scopes[level], name, by })))
}

const countsOf = (outcome: ArmOutcome): Partial<Counts> => {
  const { ok, costUsd } = outcome
  const cost = costUsd === undefined ? {} : { cost_usd: costUsd, cost_reports: 1 }
  if (!ok) return { failed: 1, ...cost }
  const log = Math.round(Math.log(Math.max(1, outcome.busyMs)) / logUnit)
  return { done: 1, busy_ms: outcome.busyMs, log_ms: log, log_ms_sq: log * log, ...cost }
}

/** The counts in one scope's tallies; what was never counted is 0. */
export const countsIn = (tallies: Readonly<Record<string, number>>): Counts => ({
  done: tallies.done ?? 0,
  failed: tallies.failed ?? 0,
  busy_ms: tallies.busy_ms ?? 0,
  log_ms: tallies.log_ms ?? 0,
  log_ms_sq: tallies.log_ms_sq ?? 0,
  cost_usd: tallies.cost_usd ?? 0,
  cost_reports: tallies.cost_reports ?? 0,
})
