import { Failure, invalid } from '../../errors.ts'
import type { Decision } from '../../kernel/decider.ts'
import { floors, leavesRoom } from '../confidence/decide/experience.ts'
import type { RunEvent } from './events.ts'
import { type Limit, merged, type Settings, type SettingsPatch } from './settings.ts'
import { isArchived, type RunOutcome, type RunState } from './state.ts'

/** Refuses work on a run that has ended. */
export const mustBeOpen = (id: string, state: RunState): Failure | undefined =>
  state.status === 'open'
    ? undefined
    : new Failure(
        'already_ended',
        `Run ${id} has ended (${state.status}).`,
        isArchived(state)
          ? 'Open another with start_run; this one is archived and can only be read.'
          : 'Open another with start_run, or return to one of its checkpoints.',
        { run_id: id, status: state.status },
      )

/** As `mustBeOpen`, in words for a worker: it has nothing to open, it is to stop. */
export const mustBeOpenToWork = (id: string, state: RunState): Failure | undefined =>
  state.status === 'open'
    ? undefined
    : new Failure(
        'already_ended',
        `The run has ended (${state.status}).`,
        'Stop: nothing is left to do in it, and nothing more will come.',
        { run_id: id, status: state.status },
      )

/** What a run has used of what its settings allow. */
export interface Used {
  readonly agents: number
  readonly tasks: number
  readonly tokens: number
  readonly cost_usd: number
}

const budgetNames = {
  max_agents: 'agents',
  max_tasks: 'tasks',
  max_depth: 'levels of delegation',
  max_tokens: 'tokens',
  max_cost_usd: 'USD',
  max_wall_ms: 'ms since the start',
} as const satisfies Record<Limit, string>

/** The refusal of a step that would go past a limit, or undefined. `used + requested` may equal the limit. */
export const overBudget = (
  settings: Settings,
  limit: Limit,
  used: number,
  requested: number,
): Failure | undefined => {
  const cap = settings[limit]
  if (cap === null || used + requested <= cap) return undefined
  return new Failure(
    'budget_exceeded',
    `${limit} is ${cap} ${budgetNames[limit]}: ${used} used, ${requested} more asked for.`,
    'Finish or cancel what is under way, or raise the limit with update_run if its owner agrees.',
    { limit: limit, cap, used, requested },
  )
}

/** Refuses a further step once tokens, money or time are spent. `now` in epoch ms. */
export const spentOut = (state: RunState, used: Used, now: number): Failure | undefined =>
  exhausted(state.settings, 'max_tokens', used.tokens) ??
  exhausted(state.settings, 'max_cost_usd', used.cost_usd) ??
  exhausted(state.settings, 'max_wall_ms', now - state.startedAt)

const exhausted = (settings: Settings, limit: Limit, used: number): Failure | undefined => {
  const cap = settings[limit]
  return cap !== null && used >= cap ? overBudget(settings, limit, used, 1) : undefined
}

/** Refuses settings of which one could never have an effect. */
export const mustFit = ({ learned_bypass, escalate_below }: Settings): Failure | undefined =>
  learned_bypass && !leavesRoom(escalate_below)
    ? invalid(
        'settings.learned_bypass',
        `needs a threshold over ${floors.base} in escalate_below: what is below goes to a person whatever was learned`,
        'Give a stricter one as well, such as escalate_below {"default": 0.85}, or set learned_bypass to false.',
      )
    : undefined

export const decideUpdate = (
  id: string,
  state: RunState,
  asked: { readonly settings?: SettingsPatch; readonly paused?: boolean; readonly reason?: string },
): Decision<RunEvent> => {
  const closed = mustBeOpen(id, state)
  if (closed) return closed
  const reason = asked.reason ?? null
  const events: RunEvent[] = []
  const settings = merged(state.settings, asked.settings)
  const unfit = asked.settings && mustFit(settings)
  if (unfit) return unfit
  if (JSON.stringify(settings) !== JSON.stringify(state.settings))
    events.push({ type: 'run.settings_changed', data: { settings, reason } })
  if (asked.paused !== undefined && asked.paused !== state.paused)
    events.push({ type: asked.paused ? 'run.paused' : 'run.resumed', data: { reason } })
  return events
}

export const decideStrategy = (
  id: string,
  state: RunState,
  strategy: string,
  rationale: string,
): Decision<RunEvent> =>
  mustBeOpen(id, state) ?? [
    {
      type: 'run.strategy_modified',
      data: { version: (state.strategy?.version ?? 0) + 1, strategy, rationale },
    },
  ]

export const decideEnd = (
  id: string,
  state: RunState,
  outcome: RunOutcome,
  reason: string | null,
): Decision<RunEvent> => mustBeOpen(id, state) ?? [{ type: 'run.ended', data: { outcome, reason } }]

/** Refuses to archive a run that may still change. */
export const mustHaveEnded = (id: string, state: RunState): Failure | undefined =>
  state.status === 'open'
    ? new Failure('conflict', `Run ${id} is open, so it is not archived.`, 'End it first: end_run.', {
        run_id: id,
      })
    : undefined

/** Refuses to go back in a run that was archived: what would come back is not in the hot file any more. */
export const mustNotBeArchived = (id: string, state: RunState): Failure | undefined =>
  isArchived(state)
    ? new Failure(
        'conflict',
        `Run ${id} is archived, and stays as it ended: it cannot be rolled back.`,
        'Read it with as_of at that checkpoint, and open a new run with start_run to go on from there.',
        { run_id: id },
      )
    : undefined
