import { armScopes, armTallies, countsIn, placeOf } from '../../../src/primitives/routing/arm.ts'
import type { RouteCandidate, Strategy } from '../../../src/primitives/routing/decide/request.ts'
import { route } from '../../../src/primitives/routing/decide/route.ts'
import { type Job, outcomeOf, regretOf } from './world.ts'

export interface Played {
  readonly job: Job
  readonly agent: string
  readonly regret: number
}

export interface Play {
  readonly strategy: Strategy
  /** How many tasks are under way at once; an outcome is known only when its task leaves. */
  readonly inFlight?: number
  /** Most tasks at once of each agent. */
  readonly capacity?: number
}

/** Routes one task after the other by the router itself, learning by the tallies that the log would keep. */
export const play = (
  tasks: readonly Job[],
  { strategy, inFlight = 1, capacity = 8 }: Play,
): readonly Played[] => {
  const book = new Book()
  const underWay: { readonly job: Job; readonly agent: string }[] = []
  const played: Played[] = []
  for (const [turn, job] of tasks.entries()) {
    const claimed = (agent: string) => underWay.filter((one) => one.agent === agent).length
    const candidates = Object.keys(job.abilities).map((agent, order) =>
      book.candidate(agent, order, job, { claimed: claimed(agent), max: capacity }),
    )
    const request = { features: job.features, strategy, candidates, exclude: [], turn, targets: [] }
    const { agent_id: agent, reason } = route(request)
    if (agent === null) throw new Error(reason)
    played.push({ job, agent, regret: regretOf(job, agent) })
    underWay.push({ job, agent })
    if (underWay.length < inFlight) continue
    const ended = underWay.shift()
    if (ended) book.note(ended.agent, ended.job)
  }
  return played
}

/** Stands in for the log's tallies. */
class Book {
  private readonly tallies = new Map<string, Record<string, number>>()

  note(agent: string, job: Job): void {
    for (const { scope, name, by } of armTallies(placeOf(agent, job.features), outcomeOf(job, agent))) {
      const counts = this.tallies.get(scope) ?? {}
      counts[name] = (counts[name] ?? 0) + by
      this.tallies.set(scope, counts)
    }
  }

  candidate(agent: string, order: number, job: Job, load: RouteCandidate['load']): RouteCandidate {
    const scopes = armScopes(placeOf(agent, job.features))
    const at = (scope: string) => countsIn(this.tallies.get(scope) ?? {})
    const learned = { overall: at(scopes.overall), type: at(scopes.type), cell: at(scopes.cell) }
    return {
      agent_id: agent,
      name: null,
      arm: agent,
      order,
      weight: 1,
      load,
      success: learned.overall,
      cost_per_task_usd: null,
      proficiency: 1,
      available: true,
      learned,
    }
  }
}

export const totalRegret = (played: readonly Played[]): number =>
  played.reduce((sum, { regret }) => sum + regret, 0)
