import { Failure } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { abilityNames } from '../agent/abilities.ts'
import type { Agent } from '../agent/find.ts'
import { livingAgents } from '../agent/queries.ts'
import { endpointsFor } from '../model/find.ts'
import { decideRule } from '../policy/decide.ts'
import { runFeatures, taskFeatures } from '../policy/facts.ts'
import { policyInForce, policyOf } from '../policy/find.ts'
import type { ConditionEngine } from '../policy/ready.ts'
import type { Effect, Target } from '../policy/terms.ts'
import type { Machine } from '../presence/alive.ts'
import { costLeft } from '../run/budget.ts'
import type { Run } from '../run/find.ts'
import type { Task } from '../task/find.ts'
import { routeCandidates } from './candidates.ts'
import { type RouteRecord, recordRoute } from './decide/record.ts'
import type { Obstacle, RouteTarget, Strategy } from './decide/request.ts'
import { routingFeatures } from './features-of.ts'
import type { ByPolicy } from './routed.ts'

/** What decides where no policy says otherwise. It falls back to the plain formula while it knows too little. */
const usualStrategy: Strategy = 'learned'

export interface RouteQuery {
  readonly run: Run
  readonly task: Task
  /** The process that asks. */
  readonly machine: Machine
  /** What compiles conditions; undefined: not loaded, which matters only where the run has a policy. */
  readonly engine: ConditionEngine | undefined
  /** Agents that something stands in the way of, by id. */
  readonly barred?: ReadonlyMap<string, Obstacle>
  /** Claims of agents, by id, where more are planned than the log knows of. */
  readonly claimed?: ReadonlyMap<string, number>
  /** Routes planned that the log does not know of. */
  readonly planned?: number
}

/** What is to become of a task, and why. */
export interface Route {
  readonly effect: Effect
  readonly policy: ByPolicy | null
  readonly record: RouteRecord
}

/** Thrown where a policy must be asked and what compiles its conditions is not loaded yet: load it and ask again. */
export class NeedsConditions extends Failure {
  constructor() {
    super('busy', 'The conditions of the policy are still being loaded.', 'Call again.')
  }
}

/** Decides by the run's policy, then by its strategy among the agents that the policy leaves. Writes nothing. */
export const routeTask = async (db: Reader, query: RouteQuery): Promise<Route> => {
  const { run, task, machine, barred, claimed, planned = 0 } = query
  const { policy, effect } = await byPolicy(db, query)
  const known = policy?.features.task ?? (await taskFeatures(db, task))
  const features = routingFeatures(known)
  const strategy = effect.strategy ?? usualStrategy
  const byCost = strategy === 'cost'
  const left = byCost ? await costLeft(db, run) : null
  const agents = await livingAgents(db, run.no)
  const others = task.state.agent === null ? [] : agents.filter(({ id }) => id !== task.state.agent)
  const barredToo = new Map<string, Obstacle>(barred)
  for (const { id } of others) barredToo.set(id, 'excluded')
  if (task.state.except !== null) barredToo.set(task.state.except, 'excluded')
  const found = await routeCandidates(db, {
    run: run.no,
    features,
    machine,
    barred: barredToo,
    pricedFor: byCost ? known.tokens : undefined,
  })
  const candidates = found.map((one) => ({
    ...one,
    load: { ...one.load, claimed: claimed?.get(one.agent_id) ?? one.load.claimed },
  }))
  const record = recordRoute({
    features,
    strategy,
    ...(left !== null && { budget_left_usd: left }),
    candidates,
    exclude: (effect.exclude ?? []).flatMap((handle) => idsOf(agents, handle)),
    turn: (await db.tally(String(run.no), 'routed')) + planned,
    // Whoever made the task has said whose it is: a rule for tasks of its kind would only leave it undone.
    targets: task.state.agent === null ? await targetsOf(db, agents, effect.targets ?? []) : [],
  })
  return { effect, policy, record }
}

const byPolicy = async (
  db: Reader,
  { run, task, engine }: RouteQuery,
): Promise<{ readonly policy: ByPolicy | null; readonly effect: Effect }> => {
  const entity = await policyOf(db, run.no)
  if (!entity) return { policy: null, effect: {} }
  if (!engine) throw new NeedsConditions()
  const inForce = await policyInForce(db, run.no, engine)
  if (!inForce) return { policy: null, effect: {} }
  const features = { task: await taskFeatures(db, task), run: await runFeatures(db, run) }
  const { rule_id, effect, tried } = decideRule(inForce.policy, features)
  return { policy: { version: inForce.version, rule_id, features, tried }, effect }
}

const idsOf = (agents: readonly Agent[], handle: string): readonly string[] =>
  agents.filter(({ id, state }) => id === handle || state.name === handle).map(({ id }) => id)

/** The agents that each hop of a fallback chain means, in its order. */
const targetsOf = async (
  db: Reader,
  agents: readonly Agent[],
  targets: readonly Target[],
): Promise<readonly RouteTarget[]> => {
  const found: RouteTarget[] = []
  for (const target of targets) {
    const agent_ids: string[] = []
    for (const agent of agents) if (await isMeant(db, agent, target)) agent_ids.push(agent.id)
    found.push({ label: labelOf(target), agent_ids })
  }
  return found
}

const labelOf = (target: Target): string =>
  Object.entries(target)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ')

/** Whoever fits all that a target names. */
const isMeant = async (db: Reader, agent: Agent, target: Target): Promise<boolean> => {
  const { id, state } = agent
  const model = state.runnerOptions?.model
  if (target.agent !== undefined && target.agent !== id && target.agent !== state.name) return false
  if (target.role !== undefined && target.role !== state.role) return false
  if (target.runner !== undefined && target.runner !== state.runner) return false
  if (target.capability !== undefined && !(await abilityNames(db, agent)).includes(target.capability))
    return false
  if (target.model !== undefined && target.model !== model) return false
  return target.kind === undefined || (await kindsOf(db, model)).includes(target.kind)
}

const kindsOf = async (db: Reader, nameOrGroup: string | undefined): Promise<readonly (string | null)[]> => {
  if (nameOrGroup === undefined) return []
  return (await endpointsFor(db, nameOrGroup)).map(({ state }) => state.endpoint.kind)
}
