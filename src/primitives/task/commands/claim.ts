import { Failure } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Reader, Tx } from '../../../kernel/ports.ts'
import { watchedOf } from '../../agent/faring.ts'
import { type Agent, activeAgent, agentAndRun } from '../../agent/find.ts'
import { personaOf } from '../../agent/persona.ts'
import { holds, missing } from '../../capability/graph.ts'
import { vocabulary } from '../../capability/vocabulary.ts'
import { scopesIn } from '../../confidence/decide.ts'
import { callsPeople } from '../../escalation/commands/open.ts'
import { gatesFor } from '../../gate/decide.ts'
import type { Gate } from '../../gate/terms.ts'
import { votesAskedOf } from '../../proposal/find.ts'
import { learningPlace } from '../../routing/place.ts'
import { mayGoOn, mayNotGoOn } from '../../run/budget.ts'
import { mustBeOpenToWork } from '../../run/decide.ts'
import type { Run, Speaker } from '../../run/find.ts'
import { gatesOf } from '../../run/state.ts'
import { decideClaim } from '../decide/claiming.ts'
import { tokenDigest } from '../digest.ts'
import { type EarlierAttempt, earlierAttempts } from '../earlier.ts'
import type { Check, Definition } from '../events.ts'
import { definitionOf, type Task, theTask } from '../find.ts'
import { oldestHeldBy } from '../held.ts'
import { inputsOf } from '../inputs.ts'
import { fittingLanes, nextInLanes } from '../lanes.ts'
import { type Input, turnPrompt } from '../prompt.ts'
import { taskStream } from '../rows.ts'
import { nextDue, sweep } from '../sweep.ts'

export interface ClaimInput {
  readonly run_id?: string | undefined
  readonly agent: string
  readonly task?: string | undefined
  readonly leaseMs: number
  readonly takeover: boolean
  readonly speaker: Speaker
}

/** A claimed task with everything its worker needs. */
export interface ClaimedTask {
  readonly run_id: string
  readonly agent_id: string
  readonly task: {
    readonly task_id: string
    readonly key: string | null
    readonly title: string
    readonly task: string
    readonly context: unknown
    readonly priority: string
    readonly attempt: number
    readonly max_attempts: number
    readonly checks: readonly Check[]
    /** What it has to pass besides. */
    readonly quality_gates?: readonly Gate[]
    readonly reviews: string | null
    readonly inputs: readonly Input[]
    /** Why earlier attempts failed, the newest few; absent from a first attempt. */
    readonly earlier_attempts?: readonly EarlierAttempt[]
  }
  readonly lease_token: string
  readonly lease_ends_at: number
  readonly prompt: string
}

/** Nothing to claim now, and why. */
export interface NothingToClaim {
  readonly run_id: string
  readonly agent_id: string
  readonly task: null
  readonly reason: string
  /** ms until it is worth asking again. */
  readonly retry_after_ms: number
  /** All tasks of the run have ended: there is nothing to ask for until somebody adds more. */
  readonly all_ended?: true
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
  if (full) throw full
  const [task] = asked ? [asked] : await nextFor(tx, agent, 1)
  if (!task) return nothingFor(tx, run, agent)
  return claim(
    tx,
    { run, agent, task, leaseMs: input.leaseMs, takeover: input.takeover },
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
  { count, leaseMs }: { readonly count: number; readonly leaseMs: number },
): Promise<readonly ClaimedTask[] | NothingToClaim> => {
  const full = (await mayNotGoOn(tx, run)) ?? (await atCapacity(tx, agent))
  if (full) return nothing(run, agent, `${full.message} ${full.hint}`, 5_000)
  if (run.state.paused) return pausedFor(run, agent)
  const room = agent.state.maxConcurrent - (await tx.tally(agent.id, 'claimed'))
  const tasks = await nextFor(tx, agent, Math.min(count, room))
  if (tasks.length === 0) return nothingFor(tx, run, agent)
  const claimed: ClaimedTask[] = []
  for (const task of tasks)
    claimed.push(await claim(tx, { run, agent, task, leaseMs, takeover: false }, false))
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
  const worth = !run.state.paused && (await nextInLanes(db, await fittingLanes(db, agent))).length > 0
  return { worth, due }
}

/** What a claim that found nothing would say now. */
export const nothingToClaim = async (db: Reader, input: ClaimInput): Promise<NothingToClaim> => {
  const { run, agent } = await claimantOf(db, input)
  return run.state.paused ? pausedFor(run, agent) : nothingFor(db, run, agent)
}

interface Claiming {
  readonly run: Run
  readonly agent: Agent
  readonly task: Task
  readonly leaseMs: number
  readonly takeover: boolean
}

/** `judged`: whether the agent holds what the task requires is to be judged; a task found in its lanes fits. */
const claim = async (tx: Tx, claiming: Claiming, judged: boolean): Promise<ClaimedTask> => {
  const { run, agent, task, leaseMs, takeover } = claiming
  const lacks = judged ? await lacking(tx, agent, task) : []
  const claimant = { agent: agent.id, capable: lacks.length === 0, missing: lacks }
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
  const held = agent.state.capabilities.map((capability) => capability.name)
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

const nextFor = async (tx: Tx, agent: Agent, count: number): Promise<readonly Task[]> => {
  const tasks: Task[] = []
  for (const no of await nextInLanes(tx, await fittingLanes(tx, agent), count)) {
    const task = await tx.loadNo(taskStream, no)
    if (task) tasks.push(task)
  }
  return tasks
}

const nothing = (run: Run, agent: Agent, reason: string, retry_after_ms: number): NothingToClaim => ({
  run_id: run.id,
  agent_id: agent.id,
  task: null,
  reason,
  retry_after_ms,
})

const pausedFor = (run: Run, agent: Agent): NothingToClaim =>
  nothing(run, agent, 'The run is paused (update_run resumes it).', 5_000)

/** Bounds of the advice when to ask again, ms: new work may come at any time. */
const soonest = 100
const latest = 5_000
/** The same where all tasks have ended. */
const whenAllEnded = 60_000

const openStatuses = ['blocked', 'ready', 'claimed', 'review'] as const

const nothingFor = async (tx: Reader, run: Run, agent: Agent): Promise<NothingToClaim> => {
  const counts = await tx.tallies(String(run.no))
  const open = openStatuses.reduce((sum, status) => sum + (counts[`task.${status}`] ?? 0), 0)
  if (open === 0)
    return { ...nothing(run, agent, 'All tasks of this run have ended.', whenAllEnded), all_ended: true }
  const due = await nextDue(tx, run.no)
  const wait = Math.min(Math.max((due ?? Infinity) - tx.now, soonest), latest)
  const asked = await votesAskedOf(tx, run.no, agent.id)
  const votes = asked.length > 0 ? ` Waiting for your vote: ${asked.slice(0, 5).join(', ')}.` : ''
  return nothing(run, agent, `${whyNothing(agent, counts['task.ready'] ?? 0)}${votes}`, wait)
}

const whyNothing = (agent: Agent, ready: number): string => {
  if (ready === 0) return 'No task is ready: the open ones are claimed, blocked or in review.'
  return `${ready} ready, but none that ${agent.id} may take now (capabilities, addressee, review of its own work, or a retry delay).`
}

/** The gates that it has to pass. */
const gatesOver = (run: Run, { id, state }: Task, { checks, context }: Definition): readonly Gate[] => {
  const { list } = gatesOf(run.state)
  if (list.length === 0 || state.reviews !== null) return []
  const named = checks.flatMap((check) => (check.kind === 'gate' ? [check.gate] : []))
  return gatesFor(list, { id, key: state.key, scopes: scopesIn(context), role: state.role }, named)
}

const handOver = async (tx: Tx, run: Run, agent: Agent, task: Task, token: string): Promise<ClaimedTask> => {
  const { state } = task
  if (state.status !== 'claimed') throw new Error('claimed a task that is not claimed')
  const definition = await definitionOf(tx, state)
  const inputs = await inputsOf(tx, task)
  const quality_gates = gatesOver(run, task, definition)
  const asked = Object.assign({ task_id: task.id, inputs, quality_gates }, definition)
  const { attempt, maxAttempts: max_attempts } = state
  const earlier = attempt > 1 ? await earlierAttempts(tx, run, task) : undefined
  const retry = earlier && { attempt, max_attempts, earlier }
  return {
    run_id: run.id,
    agent_id: agent.id,
    task: {
      task_id: task.id,
      key: state.key,
      title: definition.title,
      task: definition.task,
      context: definition.context,
      priority: state.priority,
      attempt,
      max_attempts,
      checks: definition.checks,
      ...(quality_gates.length > 0 && { quality_gates }),
      reviews: state.reviews,
      inputs,
      ...(earlier && { earlier_attempts: earlier }),
    },
    lease_token: token,
    lease_ends_at: state.leaseEndsAt,
    prompt: turnPrompt(await personaOf(tx, agent.state), asked, retry),
  }
}
