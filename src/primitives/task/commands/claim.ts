import { Failure } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Reader, Tx } from '../../../kernel/ports.ts'
import { abilityNames } from '../../agent/abilities.ts'
import { watchedOf } from '../../agent/faring.ts'
import { type Agent, activeAgent, agentAndRun } from '../../agent/find.ts'
import { holds, missing } from '../../capability/graph.ts'
import { vocabulary } from '../../capability/vocabulary.ts'
import { callsPeople } from '../../escalation/commands/open.ts'
import type { Machine } from '../../presence/alive.ts'
import { learningPlace } from '../../routing/place.ts'
import { mayGoOn, mayNotGoOn } from '../../run/budget.ts'
import { mustBeOpenToWork } from '../../run/decide.ts'
import type { Run, Speaker } from '../../run/find.ts'
import { decideClaim } from '../decide/claiming.ts'
import { tokenDigest } from '../digest.ts'
import { type Task, theTask } from '../find.ts'
import { type ClaimedTask, handOver } from '../hand-over.ts'
import { oldestHeldBy } from '../held.ts'
import { fittingLanes, nextInLanes } from '../lanes.ts'
import { leftBehind, sayLeftBehind } from '../left-behind.ts'
import { type NothingToClaim, nothing, nothingFor, pausedFor } from '../nothing-to-claim.ts'
import { alsoWorksAs } from '../own-work.ts'
import { taskStream } from '../rows.ts'
import { nextDue, sweep } from '../sweep.ts'

export interface ClaimInput {
  readonly run_id?: string | undefined
  readonly agent: string
  readonly task?: string | undefined
  readonly leaseMs: number
  readonly takeover: boolean
  readonly speaker: Speaker
  /** The process that asks. */
  readonly machine?: Machine | undefined
}

/** The agent that a claim is for, and its run. A session that joined as agents claims as those only. */
const claimantOf = async (
  db: Reader,
  { run_id, agent: handle, speaker }: Pick<ClaimInput, 'run_id' | 'agent' | 'speaker'>,
): Promise<{ readonly run: Run; readonly agent: Agent }> => {
  const { run, agent } = await agentAndRun(db, handle, run_id, speaker)
  if (speaker.joined.length > 0 && !speaker.joined.includes(agent.id))
    throw new Failure(
      'forbidden',
      `This session joined as ${speaker.joined.join(', ')}, so it cannot claim as ${agent.id}.`,
      'Leave agent_id out, or join as that agent too.',
      { agent_id: agent.id, joined: speaker.joined },
    )
  // The end of a run terminates its agents: that it has ended is the reason to be told.
  const closed = mustBeOpenToWork(run.id, run.state)
  if (closed) throw closed
  return { run, agent: await activeAgent(db, run.no, agent.id) }
}

/** The task that a call names; to take over without naming one is to go on with the oldest claim. */
const askedFor = async (tx: Tx, run: Run, agent: Agent, input: ClaimInput): Promise<Task | undefined> => {
  if (input.task !== undefined) return theTask(tx, run.no, input.task)
  return input.takeover ? oldestHeldBy(tx, agent.id) : undefined
}

/** Takes the named task, or the one to be served next to this agent, under a new lease. */
export const claimTask = async (tx: Tx, input: ClaimInput): Promise<ClaimedTask | NothingToClaim> => {
  const { run, agent } = await claimantOf(tx, input)
  await mayGoOn(tx, run)
  await sweep(tx)
  if (run.state.paused) return pausedFor(run, agent)
  const asked = await askedFor(tx, run, agent, input)
  // Taking its own claim over adds none; whatever else is claimed with `takeover` does.
  const own = asked?.state.status === 'claimed' && asked.state.by === agent.id
  const full = own && input.takeover ? undefined : await atCapacity(tx, agent)
  if (full) throw await unlessLost(tx, full, agent, input.machine)
  const too = alsoWorksAs(input.speaker, agent.id)
  const [task] = asked ? [asked] : await nextFor(tx, agent, 1, too)
  if (!task) return nothingFor(tx, run, agent, { too, machine: input.machine })
  return claim(
    tx,
    { run, agent, too, task, leaseMs: input.leaseMs, takeover: input.takeover },
    asked !== undefined,
  )
}

/**
 * Takes the next tasks of an agent, as many as are there and it may hold, at most `count`. Never refuses: the report
 * that it comes with must not fail for it. Needs a `sweep` before it.
 */
export const claimNext = async (
  tx: Tx,
  run: Run,
  agent: Agent,
  {
    count,
    leaseMs,
    speaker,
  }: { readonly count: number; readonly leaseMs: number; readonly speaker: Speaker },
): Promise<readonly ClaimedTask[] | NothingToClaim> => {
  const full = (await mayNotGoOn(tx, run)) ?? (await atCapacity(tx, agent))
  if (full) return nothing(run, agent, `${full.message} ${full.hint}`, 5_000)
  if (run.state.paused) return pausedFor(run, agent)
  const room = agent.state.maxConcurrent - (await tx.tally(agent.id, 'claimed'))
  const too = alsoWorksAs(speaker, agent.id)
  const tasks = await nextFor(tx, agent, Math.min(count, room), too)
  if (tasks.length === 0) return nothingFor(tx, run, agent, { too })
  const claimed: ClaimedTask[] = []
  for (const task of tasks)
    claimed.push(await claim(tx, { run, agent, too, task, leaseMs, takeover: false }, false))
  return claimed
}

/** Whether a claim is worth a write transaction now, and when time alone will next change that (epoch ms). */
export interface ClaimOutlook {
  readonly worth: boolean
  readonly due: number | undefined
}

/** Cheap, for many workers that wait on one task: only those who see something to take go for the lock. */
export const claimOutlook = async (db: Reader, input: ClaimInput): Promise<ClaimOutlook> => {
  const { run, agent } = await claimantOf(db, input)
  await mayGoOn(db, run)
  const full = await atCapacity(db, agent)
  if (full) throw full
  const due = await nextDue(db, run.no)
  if (due !== undefined && due <= db.now) return { worth: true, due }
  const lanes = await fittingLanes(db, agent, alsoWorksAs(input.speaker, agent.id))
  const worth = !run.state.paused && (await nextInLanes(db, lanes)).length > 0
  return { worth, due }
}

/** What a claim that found nothing would say now. */
export const nothingToClaim = async (db: Reader, input: ClaimInput): Promise<NothingToClaim> => {
  const { run, agent } = await claimantOf(db, input)
  const too = alsoWorksAs(input.speaker, agent.id)
  return run.state.paused
    ? pausedFor(run, agent)
    : nothingFor(db, run, agent, { too, machine: input.machine })
}

interface Claiming {
  readonly run: Run
  readonly agent: Agent
  /** Other agents as whom its session works. */
  readonly too: readonly string[]
  readonly task: Task
  readonly leaseMs: number
  readonly takeover: boolean
}

/** `judged`: whether the agent holds what the task requires is to be judged; a task found in its lanes fits. */
const claim = async (tx: Tx, claiming: Claiming, judged: boolean): Promise<ClaimedTask> => {
  const { run, agent, too, task, leaseMs, takeover } = claiming
  const lacks = judged ? await lacking(tx, agent, task) : []
  const claimant = { agent: agent.id, capable: lacks.length === 0, missing: lacks, too }
  const token = tx.newId('lease')
  const place = await learningPlace(tx, agent, task)
  const nth = callsPeople(run) ? await watchedOf(tx, agent.id) : null
  const learning = { place, nth }
  const lease = { token: tokenDigest(token), leaseMs, takeover, now: tx.now }
  const command = { id: task.id, claimant, ...lease, ...learning }
  await tx.append(task, accepted(decideClaim(task.state, command)))
  return handOver(tx, run, agent, task, token)
}

const lacking = async (tx: Tx, agent: Agent, task: Task): Promise<readonly string[]> => {
  const { graph } = await vocabulary(tx)
  const held = await abilityNames(tx, agent)
  return holds(graph, held, task.state.requires) ? [] : missing(graph, held, task.state.requires)
}

const atCapacity = async (db: Reader, agent: Agent): Promise<Failure | undefined> => {
  const claimed = await db.tally(agent.id, 'claimed')
  const { maxConcurrent } = agent.state
  if (claimed < maxConcurrent) return undefined
  return new Failure(
    'at_capacity',
    `Agent ${agent.id} holds ${claimed} of at most ${maxConcurrent} tasks.`,
    'Report on one with complete_task or fail_task first, or claim as another agent.',
    { agent_id: agent.id, limit: maxConcurrent, used: claimed },
  )
}

/** An agent that is full of claims whose sessions are gone is told how to go on with them. */
const unlessLost = async (
  db: Reader,
  full: Failure,
  agent: Agent,
  machine: Machine | undefined,
): Promise<Failure> => {
  const [lost] = machine ? await leftBehind(db, agent.id, machine) : []
  return lost ? new Failure(full.code, full.message, sayLeftBehind(lost, agent.id), full.details) : full
}

const nextFor = async (
  tx: Tx,
  agent: Agent,
  count: number,
  too: readonly string[],
): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  for (const no of await nextInLanes(tx, await fittingLanes(tx, agent, too), count)) {
    const task = await tx.loadNo(taskStream, no)
    if (task) tasks.push(task)
  }
  return tasks
}
