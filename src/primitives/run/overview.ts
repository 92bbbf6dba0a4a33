import type { Reader } from '../../kernel/ports.ts'
import type { AnyEntity } from '../../kernel/stream.ts'
import { taskStatuses } from '../task/state.ts'
import type { Run } from './find.ts'
import type { Settings } from './settings.ts'
import type { RunState, Strategy } from './state.ts'

/** What can be said of a run at one moment. Times in epoch ms. */
export interface Overview {
  readonly goal: string
  readonly name: string | null
  readonly status: RunState['status']
  readonly paused: boolean
  readonly strategy: Strategy | null
  readonly settings: Settings
  /** Tasks by status. */
  readonly counts: Readonly<Record<string, number>>
  readonly agents: number
  /** Recorded spend; never goes back. */
  readonly tokens: number
  readonly cost_usd: number
  readonly started_at: number
}

/** The run now, or, given what differed then, as it was. */
export const overviewOf = async (
  db: Reader,
  run: Run,
  then: readonly { readonly entity: AnyEntity; readonly was: object | undefined }[] = [],
): Promise<Overview> => {
  const scope = String(run.no)
  const sums: Record<string, number> = { ...(await db.tallies(scope)) }
  let { state } = run
  for (const { entity, was } of then) {
    if (entity.no === run.no) state = (was as RunState | undefined) ?? state
    for (const tally of entity.def.standing(entity.state, entity))
      if (tally.scope === scope) sums[tally.name] = (sums[tally.name] ?? 0) - tally.by
    if (was)
      for (const tally of entity.def.standing(was, entity))
        if (tally.scope === scope) sums[tally.name] = (sums[tally.name] ?? 0) + tally.by
  }
  const { goal, name, status, paused, strategy, settings, startedAt } = state
  const counts = Object.fromEntries(taskStatuses.map((one) => [one, sums[`task.${one}`] ?? 0]))
  const spent = { tokens: sums.tokens ?? 0, cost_usd: sums.cost_usd ?? 0 }
  const base = { goal, name, status, paused, strategy, settings, counts }
  return { ...base, agents: sums.agents ?? 0, ...spent, started_at: startedAt }
}
