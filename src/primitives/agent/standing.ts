import type { Reader } from '../../kernel/ports.ts'
import { isAlive, isClosed, type Machine } from '../presence/alive.ts'
import { traceOf } from '../presence/queries.ts'
import { freeShare, neutral } from '../routing/decide/formula.ts'
import type { Agent } from './find.ts'
import type { AgentState } from './state.ts'

/** `working`: it holds a claim. `idle`: somebody is there for it. `no_worker`: nothing will happen by itself. */
export const standings = ['idle', 'working', 'no_worker', 'terminated'] as const
export type Standing = (typeof standings)[number]

/** What an agent has achieved, from reports alone. */
export interface Performance {
  /** Successes among outcomes, 0–1; null before the first outcome. */
  readonly success_rate: number | null
  /** A result sent back, a failed attempt and a lease that ran out each count as failed. */
  readonly outcomes: { readonly done: number; readonly failed: number }
  /** Mean time from claim to report over successes, ms; null before the first. */
  readonly mean_duration_ms: number | null
}

const performanceOf = ({
  done = 0,
  failed = 0,
  busy_ms: busyMs = 0,
}: Readonly<Record<string, number>>): Performance => ({
  success_rate: done + failed === 0 ? null : done / (done + failed),
  outcomes: { done, failed },
  mean_duration_ms: done === 0 ? null : busyMs / done,
})

/** The most tasks that would fit, and how many it has claimed. */
export interface Load {
  readonly claimed: number
  readonly max: number
}

/** How an agent is doing at the moment of the read. */
export interface AgentStanding extends Performance {
  readonly status: Standing
  readonly load: Load
  /** Epoch ms; null when nothing was ever seen of it. */
  readonly last_seen_at: number | null
  readonly alive: boolean
}

const statusOf = (state: AgentState, claimed: number, alive: boolean): Standing => {
  if (state.status !== 'active') return 'terminated'
  if (claimed > 0) return 'working'
  return alive ? 'idle' : 'no_worker'
}

/** `machine`: the process that asks, which can tell whether its neighbours on the same host still exist. */
export const standingOf = async (db: Reader, agent: Agent, machine: Machine): Promise<AgentStanding> => {
  const tallies = await db.tallies(agent.id)
  const signs = await traceOf(db, agent.id)
  const claimed = tallies.claimed ?? 0
  const alive = signs.some((sign) => !isClosed(sign) && isAlive(sign, db.now, machine.host, machine.pidAlive))
  return {
    ...performanceOf(tallies),
    status: statusOf(agent.state, claimed, alive),
    load: { claimed, max: agent.state.maxConcurrent },
    last_seen_at: signs.length === 0 ? null : Math.max(...signs.map((sign) => sign.last_seen)),
    alive,
  }
}

export type Health = 'healthy' | 'degraded' | 'unhealthy' | 'offline'

/** Outcomes below which a rate says too little to judge by. */
const enough = 5
const degradedFrom = 0.8
const unhealthyFrom = 0.5

/**
 * `offline`: terminated, or no sign of life. Otherwise by success, once there are five outcomes: at most 0.8 is
 * `degraded`, below 0.5 `unhealthy`.
 */
export const healthOf = ({ status, alive, success_rate: rate, outcomes }: AgentStanding): Health => {
  if (status === 'terminated' || !alive) return 'offline'
  if (rate === null || outcomes.done + outcomes.failed < enough) return 'healthy'
  if (rate < unhealthyFrom) return 'unhealthy'
  return rate <= degradedFrom ? 'degraded' : 'healthy'
}

/** The rank of an agent: success × free share of its capacity, 0–1; as routing's formula has it. */
export const rankOf = ({ success_rate: rate, load }: Pick<AgentStanding, 'success_rate' | 'load'>): number =>
  (rate ?? neutral) * freeShare(load)
