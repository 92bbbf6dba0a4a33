import { invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { type Agent, activeAgent } from '../agent/find.ts'
import { someLiving } from '../agent/queries.ts'
import type { Run } from '../run/find.ts'
import type { Coordination, Mode } from './terms.ts'

/** Who works on an orchestration, and who leads it. */
export interface Team {
  /** Agent ids, in the order in which they are given work; null: nobody in particular. Never empty. */
  readonly workers: readonly (string | null)[]
  readonly lead: string | null
  /** What each of the workers declares to be able to do, by agent id. */
  readonly capabilities: ReadonlyMap<string, readonly string[]>
  readonly warnings: readonly string[]
}

export interface TeamAsk {
  readonly mode: Mode
  readonly coordination: Coordination
  readonly agent_ids?: readonly string[] | undefined
  readonly lead?: string | undefined
}

const most = 20
/** How many compete where there is nobody yet to compete. */
const unnamed = 3

/** The agents that were named, else the run's living ones in turn; the lead is named, has such a role, or is one more. */
export const teamOf = async (db: Reader, run: Run, ask: TeamAsk): Promise<Team> => {
  const { mode, agent_ids, coordination } = ask
  const named: Agent[] = []
  for (const handle of agent_ids ?? []) named.push(await activeAgent(db, run.no, handle))
  const living = await someLiving(db, run.no, most)
  const given = ask.lead === undefined ? undefined : await activeAgent(db, run.no, ask.lead)
  const pool = agent_ids ? named : living
  const led = coordination === 'hierarchical'
  const spare = led ? living.filter((agent) => !pool.includes(agent)) : []
  const fitted = pool.length > 2 && !agent_ids ? pool.find(leads) : undefined
  const apart = given ?? spare.find(leads) ?? (agent_ids ? spare[0] : fitted)
  const distinct = [...new Set(pool.map(({ id }) => id))]
  const workers = led ? distinct.filter((id) => id !== apart?.id) : distinct
  if (workers.length === 0 && pool.length > 0)
    throw invalid('agent_ids', 'leave nobody to work: the lead is the only one', 'Name another agent too.')
  const lead = led ? (apart?.id ?? (mode === 'sequential' ? null : (workers[0] ?? null))) : null
  const capabilities = new Map(
    pool
      .filter(({ id }) => workers.includes(id))
      .map(({ id, state }) => [id, state.capabilities.map(({ name }) => name)]),
  )
  return { workers: teamFor(mode, workers), lead, capabilities, warnings: warningsFor(ask, workers, lead) }
}

const leads = ({ state }: Agent): boolean =>
  [state.role, state.profile, state.name].some(
    (word) => word !== null && /lead|judge|review|orchestrat|supervis|critic/i.test(word),
  )

const teamFor = (mode: Mode, workers: readonly string[]): readonly (string | null)[] => {
  if (workers.length > 0) return workers
  return mode === 'collaborative' ? Array.from({ length: unnamed }, () => null) : [null]
}

const warningsFor = (
  { mode, coordination }: TeamAsk,
  workers: readonly string[],
  lead: string | null,
): readonly string[] => {
  const warnings: string[] = []
  if (workers.length === 0)
    warnings.push('the run has no agent for this yet: spawn_agent, or claim the tasks')
  if (mode === 'collaborative' && workers.length === 1) warnings.push('a single agent competes with nobody')
  if (lead !== null && workers.includes(lead))
    warnings.push(`${lead} leads and works: it also judges its own result; name a lead of its own`)
  if (mode === 'sequential' && coordination === 'hierarchical' && lead === null)
    warnings.push('no agent is left to lead: any agent but the author may review each step')
  return warnings
}
