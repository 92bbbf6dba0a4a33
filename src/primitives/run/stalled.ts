import type { Reader } from '../../kernel/ports.ts'
import type { Agent } from '../agent/find.ts'
import { meansOf, nobodyCan, sayMeans } from '../agent/means.ts'
import { breakerOf } from '../breaker/queries.ts'
import type { BreakerSubject } from '../breaker/terms.ts'
import { endpointsFor } from '../model/find.ts'
import type { Watcher } from '../presence/working.ts'
import { isWorking } from '../task/outlook.ts'
import { runByNo } from './find.ts'

/** An agent that Baton works for and whose turns do not start now, whatever there is to do. */
export interface Stalled {
  readonly agent: Agent
  /** What is wrong, and what to do. */
  readonly says: string
  /** Nobody works for it: its means are there nowhere. */
  readonly unmanned: boolean
}

/** Those of these agents whose command or endpoint is missing, or held back by its breaker. */
export const stalledAmong = async (
  db: Reader,
  agents: readonly Agent[],
  watcher: Watcher,
): Promise<readonly Stalled[]> => {
  const stalled: Stalled[] = []
  for (const agent of agents) {
    if (agent.state.runner === 'client') continue
    const held = (await heldBack(db, agent)) ?? (await tooDear(db, agent))
    const says = held ?? (await unmanned(db, agent, watcher))
    if (says !== undefined) stalled.push({ agent, says, unmanned: held === undefined })
  }
  return stalled
}

const unmanned = async (db: Reader, agent: Agent, watcher: Watcher): Promise<string | undefined> =>
  (await isWorking(db, agent, watcher)) ? undefined : nobodyCan(callName(agent), agent.state)

/** What a turn of an agent would go through, one of them: each has a breaker. Undefined where nothing stands before it. */
export const subjectsOf = async (
  db: Reader,
  { state }: Pick<Agent, 'state'>,
): Promise<readonly BreakerSubject[] | undefined> => {
  const name = meansOf(state)
  if (name === null) return undefined
  if (state.runner === 'command') return [`command:${name}`]
  const endpoints = await endpointsFor(db, name)
  return endpoints.map(({ state: { endpoint } }): BreakerSubject => `model:${endpoint.name}`)
}

/** The name of a group stands for its endpoints: while one of them may be tried, its agents are not held back. */
const heldBack = async (db: Reader, agent: Agent): Promise<string | undefined> => {
  const subjects = await subjectsOf(db, agent)
  if (!subjects) return undefined
  if (subjects.length === 0)
    return `${callName(agent)} works at ${sayMeans(agent.state)}, and nothing is registered under that name: register_model (toolset routing), or give its tasks to another agent.`
  const waits: { readonly until: number; readonly why: string }[] = []
  for (const subject of subjects) {
    const breaker = await breakerOf(db, subject)
    if (breaker.state === 'closed' || breaker.retry_at === null || breaker.retry_at <= db.now)
      return undefined
    waits.push({ until: breaker.retry_at, why: breaker.why })
  }
  const [first] = waits.sort((a, b) => a.until - b.until)
  if (!first) return undefined
  return `${callName(agent)} waits: ${sayMeans(agent.state)} failed too often (${first.why}) and is tried again at ${new Date(first.until).toISOString()}; what cannot wait, give to another agent (update_task with agent_id).`
}

/** What is left of the budget is less than the least that one turn of a model agent may take. */
const tooDear = async (db: Reader, agent: Agent): Promise<string | undefined> => {
  const name = meansOf(agent.state)
  const run = await runByNo(db, agent.run)
  const { max_tokens: most } = run.state.settings
  if (agent.state.runner !== 'model' || name === null || most === null) return undefined
  const counts = await db.tallies(String(run.no))
  const left = most - (counts.tokens ?? 0) - (counts.reserved_tokens ?? 0)
  const ceilings = (await endpointsFor(db, name)).map(({ state: { endpoint } }) => endpoint.max_output_tokens)
  const least = Math.min(...ceilings)
  if (ceilings.length === 0 || left >= least) return undefined
  return `${callName(agent)} starts no turn: ${Math.max(0, left)} of max_tokens ${most} are left, and one answer of ${sayMeans(agent.state)} may take ${least}. update_run raises the limit; a smaller max_output_tokens of the endpoint does too.`
}

const callName = ({ id, state }: Agent): string => state.name ?? id
