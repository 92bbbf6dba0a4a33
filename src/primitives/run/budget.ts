import type { Failure } from '../../errors.ts'
import { accepted } from '../../kernel/decider.ts'
import type { Reader } from '../../kernel/ports.ts'
import { mustBeOpen, overBudget, spentOut, type Used } from './decide.ts'
import type { Run } from './find.ts'
import type { Limit } from './settings.ts'

/** What a run has used so far: living agents, tasks that are not undone, recorded spend. */
export const usedBy = async (db: Reader, run: Run): Promise<Used> => {
  const counts = await db.tallies(String(run.no))
  const tasks = Object.entries(counts)
    .filter(([name]) => name.startsWith('task.') && name !== 'task.undone')
    .reduce((sum, [, value]) => sum + value, 0)
  return {
    agents: counts.agents ?? 0,
    tasks,
    tokens: counts.tokens ?? 0,
    cost_usd: counts.cost_usd ?? 0,
  }
}

/** Why no further step may be taken: the run has ended, or its tokens, money or time are spent. */
export const mayNotGoOn = async (db: Reader, run: Run): Promise<Failure | undefined> => {
  const { settings } = run.state
  const capped =
    settings.max_tokens !== null || settings.max_cost_usd !== null || settings.max_wall_ms !== null
  return (
    mustBeOpen(run.id, run.state) ?? (capped ? spentOut(run.state, await usedBy(db, run), db.now) : undefined)
  )
}

/** Refuses work on an ended run, and a further step of one whose tokens, money or time are spent. */
export const mayGoOn = async (db: Reader, run: Run): Promise<void> => {
  const refused = await mayNotGoOn(db, run)
  if (refused) throw refused
}

/** USD that a run may still spend: its cap without what is spent and set aside; null: it has no cap. */
export const costLeft = async (db: Reader, { no, state }: Run): Promise<number | null> => {
  const { max_cost_usd: cap } = state.settings
  if (cap === null) return null
  const counts = await db.tallies(String(no))
  return Math.max(0, cap - (counts.cost_usd ?? 0) - (counts.reserved_cost_usd ?? 0))
}

/**
 * Refuses a turn whose ceiling does not fit into what is left: spent, set aside for turns under way, and its own must
 * stay within the caps.
 */
export const mayReserve = async (
  db: Reader,
  run: Run,
  ceiling: { readonly tokens: number; readonly cost_usd: number },
): Promise<void> => {
  const { settings } = run.state
  if (settings.max_tokens === null && settings.max_cost_usd === null) return
  const counts = await db.tallies(String(run.no))
  const tokens = (counts.tokens ?? 0) + (counts.reserved_tokens ?? 0)
  const cost = (counts.cost_usd ?? 0) + (counts.reserved_cost_usd ?? 0)
  const refused =
    overBudget(settings, 'max_tokens', tokens, ceiling.tokens) ??
    overBudget(settings, 'max_cost_usd', cost, ceiling.cost_usd)
  if (refused) throw refused
}

/** Refuses a step that needs `requested` more of a counted thing than its cap leaves. */
export const mayAdd = async (
  db: Reader,
  run: Run,
  limit: Limit & ('max_agents' | 'max_tasks'),
  requested: number,
): Promise<void> => {
  if (run.state.settings[limit] === null) return
  const used = await usedBy(db, run)
  const refused = overBudget(
    run.state.settings,
    limit,
    limit === 'max_agents' ? used.agents : used.tasks,
    requested,
  )
  if (refused) accepted(refused)
}
