import type { EndedVote } from '../proposal/ballots.ts'
import type { Routed } from '../routing/routed.ts'

/** What an event tells of a decision. */
export interface Told extends Partial<Pick<EndedVote, 'question' | 'electorate' | 'ballots'>> {
  /** What sort of choice it was. */
  readonly kind: string
  readonly decision: string
  readonly reason: string | null
  readonly options?: readonly string[]
  /** 0–1. */
  readonly confidence?: number
  readonly outcome?: string
  readonly score?: number
  /** How many other outcomes were recorded before this one, which the log keeps; absent: none. */
  readonly earlier_outcomes?: number
}

// biome-ignore lint/suspicious/noExplicitAny: each entry knows the data of its own type of event
type Data = any
type Teller = (data: Data) => Told | undefined

const told = (kind: string, decision: string, reason: string | null): Told => ({ kind, decision, reason })

const recorded: Teller = ({ kind, decision, rationale, options, confidence }) => ({
  ...told(kind, decision, rationale),
  ...(options.length > 0 && { options }),
  ...(confidence !== null && { confidence }),
})

/** Routes that a rule of the policy decided; what the formula chose by itself is explain_route's to tell. */
const routed: Teller = ({ policy, agent, priority }: Routed) => {
  if (!policy || policy.rule_id === null) return undefined
  const to = [agent && `to ${agent}`, priority && `with priority ${priority}`].filter(Boolean).join(' ')
  return told('route', `routed ${to}`.trim(), `rule ${policy.rule_id} of policy version ${policy.version}`)
}

const tellers: Readonly<Record<string, Teller>> = {
  'decision.recorded': recorded,
  'run.strategy_modified': ({ version, strategy, rationale }) =>
    told('strategy', `strategy ${version}: ${strategy}`, rationale),
  'run.settings_changed': ({ settings, reason }) => told('settings', JSON.stringify(settings), reason),
  'run.paused': ({ reason }) => told('pause', 'paused the run', reason),
  'run.resumed': ({ reason }) => told('pause', 'resumed the run', reason),
  'run.rolled_back': ({ checkpoint, reason }) => told('rollback', `went back to ${checkpoint}`, reason),
  'run.ended': ({ outcome, reason }) => told('end', `ended the run as ${outcome}`, reason),
  'policy.set': ({ version, reason }) => told('policy', `set policy version ${version}`, reason),
  'policy.returned': ({ version, to, reason }) =>
    told('policy', `policy version ${version} returns to version ${to}`, reason),
  'policy.rules_switched': ({ version, enabled, disabled, reason }) =>
    told(
      'policy',
      `policy version ${version}: enabled ${enabled.join(', ') || 'none'}, disabled ${disabled.join(', ') || 'none'}`,
      reason,
    ),
  'agent.spawned': ({ replaces }) =>
    replaces
      ? told('replacement', `took the place of ${replaces}`, 'its turns failed too often in a row')
      : undefined,
  'task.routed': routed,
  'proposal.decided': ({ outcome, why }) => ({
    ...told('vote', `decided by vote: ${outcome}`, why),
    outcome,
  }),
  'proposal.failed': ({ why }) => told('vote', 'a vote without outcome', why),
}

/** The types of event that may tell of a decision. */
export const types: readonly string[] = Object.keys(tellers)

/** What an event tells of a decision, or undefined when it tells of none. */
export const toldBy = (type: string, data: object): Told | undefined => tellers[type]?.(data)
