import type { Reader } from '../../kernel/ports.ts'
import { type Agent, agentNamed } from '../agent/find.ts'
import { fallenAgents, someLiving } from '../agent/queries.ts'
import { type Checkpoint, checkpointNamed, checkpointsOf } from '../checkpoint/find.ts'
import { answeredSince, type Escalation, waitingIn } from '../escalation/find.ts'
import { sayAnswered } from '../escalation/sentence.ts'
import { type GateRecord, gateRecords } from '../gate/commands/set.ts'
import { isTooMuch, type Past, pastOf } from '../history/as-of.ts'
import { lastAt } from '../history/queries.ts'
import { orchestrationsOf } from '../orchestration/find.ts'
import { type OrchestrationView, viewOf } from '../orchestration/outcome.ts'
import type { Watcher } from '../presence/working.ts'
import { openProposals, waitedFor } from '../proposal/find.ts'
import { unroutable } from '../routing/unroutable.ts'
import { busyIn } from '../task/busy.ts'
import { leftBehind, sayLeftBehind } from '../task/left-behind.ts'
import { claimable, failedInTheWay, inReview } from '../task/stuck.ts'
import { type Facts, nextActions } from './advice.ts'
import { usedBy } from './budget.ts'
import { spentOut } from './decide.ts'
import { type Run, type Speaker, theRun } from './find.ts'
import { handsOf } from './hands.ts'
import { type Overview, overviewOf } from './overview.ts'
import { type Stalled, stalledAmong } from './stalled.ts'
import type { RunState } from './state.ts'

/** The most agents that advice looks at. */
const mostAgents = 50
const mostCheckpoints = 10
/** Of the agents that ended, so many of the newest. */
const mostEnded = 50
const mostOrchestrations = 5
const mostEscalations = 10

/** Where a run stands, or stood. */
export interface Situation {
  readonly run: Run
  /** The state of the run then; undefined when that is not known any more. */
  readonly state: RunState | undefined
  readonly overview: Overview
  /** The moment that this is of, epoch ms. */
  readonly at: number
  readonly lastEventAt: number
  /** Ids of the tasks that each busy agent holds; undefined when that is not known any more. */
  readonly busy: ReadonlyMap<string, readonly string[]> | undefined
  /** Newest first, at most 10. */
  readonly checkpoints: readonly Checkpoint[]
  /** Newest first, at most 5; undefined for the past. */
  readonly orchestrations: readonly OrchestrationView[] | undefined
  /** What waits for a person; undefined for the past. */
  readonly escalations?: readonly Escalation[]
  /** What persons have answered of late to what was asked; undefined for the past. */
  readonly answered?: readonly Escalation[]
  readonly gates?: readonly GateRecord[]
  /** Undefined for the past: nothing can be done there. */
  readonly nextActions: readonly string[] | undefined
}

export interface SituationQuery {
  readonly run_id?: string | undefined
  readonly as_of?: string | number | undefined
  readonly speaker: Speaker
  readonly watcher: Watcher
}

export const situationOf = async (db: Reader, query: SituationQuery): Promise<Situation> => {
  const run = await theRun(db, query.run_id, query.speaker)
  if (query.as_of !== undefined) return situationThen(db, run, query.as_of)
  const overview = await overviewOf(db, run)
  const escalations = await waitingIn(db, run.no, mostEscalations)
  const answered = await answeredSince(db, run.no)
  const asked = { escalations, answered }
  return {
    run,
    state: run.state,
    overview,
    at: db.now,
    lastEventAt: (await lastAt(db, run.no, db.head)) ?? run.state.startedAt,
    busy: await busyIn(db, run.no),
    checkpoints: await checkpointsOf(db, run.no, mostCheckpoints),
    orchestrations: await viewsIn(db, run),
    ...asked,
    gates: await gateRecords(db, run),
    nextActions: nextActions(await factsOf(db, run, overview, query.watcher, asked)),
  }
}

const situationThen = async (db: Reader, run: Run, asOf: string | number): Promise<Situation> => {
  let past: Past
  try {
    past = await pastOf(db, run, asOf)
  } catch (thrown) {
    const checkpoint = isTooMuch(thrown) ? await checkpointNamed(db, run.no, String(asOf)) : undefined
    if (!checkpoint) throw thrown
    return fromCheckpoint(db, run, checkpoint)
  }
  const { position, state, at } = past
  return {
    run,
    state,
    overview: await overviewOf(db, run, [...past.differs.values()]),
    at,
    lastEventAt: at,
    busy: await busyIn(db, run.no, past),
    checkpoints: await checkpointsUntil(db, run, position),
    orchestrations: undefined,
    nextActions: undefined,
  }
}

const viewsIn = async (db: Reader, run: Run): Promise<readonly OrchestrationView[]> => {
  const views: OrchestrationView[] = []
  for (const one of await orchestrationsOf(db, run.no, mostOrchestrations)) views.push(await viewOf(db, one))
  return views
}

/** Where too much has changed to fold it back, a checkpoint still knows its overview. */
const fromCheckpoint = async (db: Reader, run: Run, { state }: Checkpoint): Promise<Situation> => {
  const created = await db.event(state.createdSeq)
  if (!created) throw new Error(`the event ${state.createdSeq} of a checkpoint is missing`)
  const { overview } = created.data as { overview: Overview }
  const lastEventAt = (await lastAt(db, run.no, state.position)) ?? state.createdAt
  const checkpoints = await checkpointsUntil(db, run, state.position)
  const at = state.createdAt
  const unknown = { state: undefined, busy: undefined, orchestrations: undefined, nextActions: undefined }
  return { run, overview, at, lastEventAt, checkpoints, ...unknown }
}

/** Checkpoints are never many: those made since are left out one by one. */
const checkpointsUntil = async (db: Reader, run: Run, position: number): Promise<readonly Checkpoint[]> =>
  (await checkpointsOf(db, run.no, 1_000))
    .filter(({ state }) => state.createdSeq <= position)
    .slice(0, mostCheckpoints)

const callName = ({ id, state }: Agent): string => state.name ?? id

const factsOf = async (
  db: Reader,
  run: Run,
  overview: Overview,
  watcher: Watcher,
  { escalations, answered }: Required<Pick<Situation, 'escalations' | 'answered'>>,
): Promise<Facts> => {
  const { counts } = overview
  const agents = await someLiving(db, run.no, mostAgents)
  const open = run.state.status === 'open'
  const stalled = open ? await stalledAmong(db, agents, watcher) : []
  const unrouted = open && counts.ready ? await unroutable(db, run, agents, watcher.machine) : []
  const fallen = open ? await fallenAgents(db, run.no, mostEnded) : []
  const { able, missed } = counts.ready ? await handsOf(db, agents, watcher) : noHands
  const { any, unserved } = counts.ready ? await claimable(db, run.no, agents) : nothingClaimable
  return {
    ended: run.state.status === 'open' ? undefined : run.state.status,
    paused: run.state.paused,
    spent: spentOut(run.state, await usedBy(db, run), db.now)?.message,
    counts,
    agents: agents.length,
    able: without(able, stalled).map(callName),
    missed: without(missed, stalled).map(callName),
    stalled: [...stalled.map(({ says }) => says), ...unrouted],
    fallen: fallen.map((agent) => ({ agent: callName(agent), why: reasonOf(agent) })),
    claimable: any,
    unserved: agents.length < mostAgents ? unserved : await trulyUnserved(db, run, unserved),
    failed: counts.failed && counts.blocked ? await failedInTheWay(db, run.no) : [],
    reviews: counts.review ? await inReview(db, run.no) : [],
    votes: counts.blocked ? await votesMissing(db, run.no) : [],
    lost: open && counts.claimed ? await lostIn(db, agents, watcher) : [],
    answers: answered.map(sayAnswered),
    people: escalations.map(({ id, state }) => ({
      escalation: id,
      cause: state.cause,
      subject: state.subject,
    })),
  }
}

/** The most lost claims that advice names. */
const mostLost = 3

const lostIn = async (
  db: Reader,
  agents: readonly Agent[],
  { machine }: Watcher,
): Promise<readonly string[]> => {
  const found: string[] = []
  for (const agent of agents) {
    // What Baton works at itself it takes up again by itself.
    if (agent.state.runner !== 'client' || found.length >= mostLost) continue
    for (const task of await leftBehind(db, agent.id, machine))
      found.push(sayLeftBehind(task, callName(agent)))
  }
  return found.slice(0, mostLost)
}

const without = (agents: readonly Agent[], stalled: readonly Stalled[]): readonly Agent[] => {
  const out = new Set(stalled.map(({ agent }) => agent.id))
  return agents.filter(({ id }) => !out.has(id))
}

const reasonOf = ({ state }: Agent): string =>
  (state.status === 'terminated' ? state.reason : null) ?? 'its turns failed'

/** The most open proposals that advice names. */
const mostProposals = 3

const votesMissing = async (db: Reader, run: number): Promise<Facts['votes']> => {
  const found: Facts['votes'][number][] = []
  for (const proposal of await openProposals(db, run, mostProposals)) {
    const waiting: string[] = []
    for (const id of await waitedFor(db, proposal)) {
      const agent = await agentNamed(db, run, id)
      if (agent) waiting.push(callName(agent))
    }
    found.push({ proposal: proposal.id, waiting })
  }
  return found
}

const noHands = { able: [], missed: [] } as const
const nothingClaimable = { any: false, unserved: [] } as const

/** Of more agents than were looked at, one may fit: only what is addressed to an ended agent is certain. */
const trulyUnserved = async (
  db: Reader,
  run: Run,
  unserved: Facts['unserved'],
): Promise<Facts['unserved']> => {
  const certain: Facts['unserved'][number][] = []
  for (const one of unserved) {
    const agent = one.agent === null ? undefined : await agentNamed(db, run.no, one.agent)
    if (agent && agent.state.status !== 'active') certain.push(one)
  }
  return certain
}
