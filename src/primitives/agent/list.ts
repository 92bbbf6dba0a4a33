import { invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import { type CapabilityGraph, missing, proficiencyFor, relatedTo, satisfied } from '../capability/graph.ts'
import { capabilityNames, vocabulary } from '../capability/vocabulary.ts'
import { type Past, pastOf } from '../history/as-of.ts'
import type { Machine } from '../presence/alive.ts'
import { type Run, type Speaker, theRun } from '../run/find.ts'
import { type Ability, abilitiesOf, abilityNames } from './abilities.ts'
import { type Agent, theAgent } from './find.ts'
import { type AgentTables, agentStream } from './rows.ts'
import { type Load, type Performance, rankOf, type Standing, standingOf } from './standing.ts'
import type { AgentState } from './state.ts'

/** The most agents that one call looks at; `next` tells where to go on. */
const mostScanned = 2_000

export interface AgentQuery {
  readonly run_id?: string | undefined
  /** All of these, by the capability graph. */
  readonly requires?: readonly string[] | undefined
  readonly min_proficiency?: number | undefined
  /** Ids or names to leave out. */
  readonly exclude?: readonly string[] | undefined
  /** `active`: all that are not terminated; the default. */
  readonly status?: Standing | 'active' | 'any' | undefined
  readonly role?: string | undefined
  /** Another agent: only those that satisfy at least `min_shared` of its capabilities. */
  readonly like?: string | undefined
  readonly min_shared?: number | undefined
  /** Best first; then without `next`. */
  readonly rank?: boolean | undefined
  readonly as_of?: string | number | undefined
  readonly limit: number
  /** The `next` of an earlier answer. */
  readonly after?: number | undefined
  readonly speaker: Speaker
  readonly machine: Machine
}

/** An agent in a list. Of the past, only what the log holds of it: presence and counted numbers are of now. */
export interface ListedAgent {
  readonly id: string
  readonly state: AgentState
  readonly abilities: readonly Ability[]
  readonly status: Standing | 'active'
  readonly load: Load
  readonly performance: Performance | undefined
  readonly shared: readonly string[] | undefined
  readonly score: number | undefined
}

export interface AgentList {
  readonly run: Run
  readonly agents: readonly ListedAgent[]
  readonly next: number | undefined
  /** Names near to those required, when nobody holds them all. */
  readonly related: readonly string[]
}

const byStatus = statement<AgentTables, { run: number; status: string; after: number; limit: number }>()(
  (db, p) =>
    db
      .selectFrom('agent')
      .select('no')
      .where('run', '=', p.run)
      .where('status', '=', p.status)
      .where('no', '>', p.after)
      .orderBy('no')
      .limit(p.limit),
)
const ofRun = statement<AgentTables, { run: number; after: number; limit: number }>()((db, p) =>
  db
    .selectFrom('agent')
    .select('no')
    .where('run', '=', p.run)
    .where('no', '>', p.after)
    .orderBy('no')
    .limit(p.limit),
)

/** The agents of a run that match all that is asked, oldest first or ranked. */
export const listAgents = async (db: Reader, query: AgentQuery): Promise<AgentList> => {
  const run = await theRun(db, query.run_id, query.speaker)
  const past = query.as_of === undefined ? undefined : await pastOf(db, run, query.as_of)
  if (past && query.rank)
    throw invalid('rank', 'the past has no rank: learned numbers are of now', 'Leave rank or as_of out.')
  const matches = await matcher(db, run, query)
  const found: ListedAgent[] = []
  const scan = await scanned(db, run, query)
  let next: number | undefined
  for (const [i, no] of scan.entries()) {
    if (!query.rank && found.length === query.limit) {
      next = scan[i - 1]
      break
    }
    const agent = await db.loadNo(agentStream, no)
    const listed = agent && (await matches(agent, past))
    if (listed) found.push(listed)
  }
  if (next === undefined && scan.length === mostScanned) next = scan.at(-1)
  const agents = query.rank ? ranked(found).slice(0, query.limit) : found
  const { graph } = await vocabulary(db)
  const wanted = agents.length === 0 ? capabilityNames(query.requires ?? [], 'requires') : []
  const related = [...new Set(wanted.flatMap((name) => relatedTo(graph, name)))]
  return { run, agents, next, related }
}

/** Numbers of the agents to look at, oldest first. */
const scanned = async (db: Reader, run: Run, query: AgentQuery): Promise<readonly number[]> => {
  const { status = 'active', after = 0, as_of } = query
  const at = { run: run.no, after, limit: mostScanned }
  const rows =
    as_of !== undefined || status === 'any'
      ? await db.all(ofRun, at)
      : await db.all(byStatus, { ...at, status: status === 'terminated' ? 'terminated' : 'active' })
  return rows.map(({ no }) => no)
}

const ranked = (agents: readonly ListedAgent[]): readonly ListedAgent[] =>
  agents.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))

type Matches = (agent: Agent, past: Past | undefined) => Promise<ListedAgent | undefined>

const matcher = async (db: Reader, run: Run, query: AgentQuery): Promise<Matches> => {
  const { graph } = await vocabulary(db)
  const requires = capabilityNames(query.requires ?? [], 'requires')
  const excluded = new Set<string>()
  for (const handle of query.exclude ?? []) excluded.add((await theAgent(db, run.no, handle)).id)
  const like = query.like === undefined ? undefined : await theAgent(db, run.no, query.like)
  if (like) excluded.add(like.id)
  const model = like && (await abilityNames(db, like))
  let claimedThen: ReadonlyMap<string, number> | undefined
  return async (agent, past) => {
    const state = past ? stateIn(past, agent) : agent.state
    if (!state || state.status === 'undone' || excluded.has(agent.id)) return undefined
    if (query.role !== undefined && state.role !== query.role) return undefined
    const then = past && { seq: past.position, declared: state.capabilities }
    const { all: abilities } = await abilitiesOf(db, agent, then)
    if (!able(graph, abilities, requires, query.min_proficiency ?? 0)) return undefined
    const shared = model && sharedBy(graph, abilities, model)
    if (shared && shared.length < (query.min_shared ?? 1)) return undefined
    if (past) {
      claimedThen ??= changeOfClaims(past)
      const now = await db.tally(agent.id, 'claimed')
      const claimed = now + (claimedThen.get(agent.id) ?? 0)
      const status = state.status === 'terminated' ? 'terminated' : claimed > 0 ? 'working' : 'active'
      if (!wanted(query, status)) return undefined
      const load = { claimed, max: state.maxConcurrent }
      return {
        id: agent.id,
        state,
        abilities,
        status,
        load,
        performance: undefined,
        shared,
        score: undefined,
      }
    }
    const { status, load, ...performance } = await standingOf(db, agent, query.machine)
    if (!wanted(query, status)) return undefined
    const score = query.rank ? rankOf({ ...performance, load }) : undefined
    return { id: agent.id, state, abilities, status, load, performance, shared, score }
  }
}

const wanted = ({ status: asked = 'active' }: AgentQuery, status: Standing | 'active'): boolean =>
  asked === 'any' || (asked === 'active' ? status !== 'terminated' : asked === status)

const stateIn = (past: Past, agent: Agent): AgentState | undefined => {
  const differing = past.differs.get(agent.no)
  return differing ? (differing.was as AgentState | undefined) : agent.state
}

const able = (
  graph: CapabilityGraph,
  abilities: readonly Ability[],
  requires: readonly string[],
  least: number,
): boolean => {
  const held = abilities.map(({ name }) => name)
  if (missing(graph, held, requires).length > 0) return false
  return least === 0 || requires.every((name) => (proficiencyFor(graph, abilities, name) ?? 0) >= least)
}

/** Those of the model's capabilities that this agent satisfies too. */
const sharedBy = (
  graph: CapabilityGraph,
  abilities: readonly Ability[],
  model: readonly string[],
): readonly string[] => {
  const names = satisfied(
    graph,
    abilities.map(({ name }) => name),
  )
  return model.filter((name) => names.has(name))
}

/** How many more claims each agent held then than now. */
const changeOfClaims = (past: Past): ReadonlyMap<string, number> => {
  const change = new Map<string, number>()
  const count = (tallies: readonly { scope: string; name: string; by: number }[], sign: number) => {
    for (const { scope, name, by } of tallies)
      if (name === 'claimed') change.set(scope, (change.get(scope) ?? 0) + sign * by)
  }
  for (const { entity, was } of past.differs.values()) {
    count(entity.def.standing(entity.state, entity), -1)
    if (was) count(entity.def.standing(was, entity), 1)
  }
  return change
}
