import { Failure } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Reader, Tx } from '../../../kernel/ports.ts'
import { type Agent, activeAgent } from '../../agent/find.ts'
import { personaOf } from '../../agent/persona.ts'
import { holds, missing } from '../../capability/graph.ts'
import { vocabulary } from '../../capability/vocabulary.ts'
import { mayGoOn } from '../../run/budget.ts'
import { type Run, type Speaker, theRun } from '../../run/find.ts'
import { decideClaim } from '../decide/claiming.ts'
import { tokenDigest } from '../digest.ts'
import type { Check } from '../events.ts'
import { definitionOf, type Task, theTask } from '../find.ts'
import { inputsOf } from '../inputs.ts'
import { fittingLanes, nextInLanes } from '../lanes.ts'
import { type Input, turnPrompt } from '../prompt.ts'
import { taskStream } from '../rows.ts'
import { sweep } from '../sweep.ts'

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
    readonly reviews: string | null
    readonly inputs: readonly Input[]
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
}

/** Takes the named task, or the one to be served next to this agent, under a new lease. */
export const claimTask = async (tx: Tx, input: ClaimInput): Promise<ClaimedTask | NothingToClaim> => {
  const run = await theRun(tx, input.run_id, input.speaker)
  const agent = await activeAgent(tx, run.no, input.agent)
  return claimFor(tx, run, agent, input)
}

/** As `claimTask`, for a run and an agent already at hand. */
export const claimFor = async (
  tx: Tx,
  run: Run,
  agent: Agent,
  input: Pick<ClaimInput, 'task' | 'leaseMs' | 'takeover'>,
): Promise<ClaimedTask | NothingToClaim> => {
  await mayGoOn(tx, run)
  await sweep(tx)
  const nothing = { run_id: run.id, agent_id: agent.id, task: null } as const
  if (run.state.paused)
    return { ...nothing, reason: 'The run is paused (update_run resumes it).', retry_after_ms: 5_000 }
  const asked = input.task === undefined ? undefined : await theTask(tx, run.no, input.task)
  if (!(asked && input.takeover)) await roomLeft(tx, agent)
  const task = asked ?? (await nextFor(tx, agent))
  if (!task) return { ...nothing, reason: await whyNothing(tx, run, agent), retry_after_ms: 1_000 }
  const { graph } = await vocabulary(tx)
  const held = agent.state.capabilities.map((capability) => capability.name)
  const capable = asked === undefined || holds(graph, held, task.state.requires)
  const lacks = capable ? [] : missing(graph, held, task.state.requires)
  const claimant = { agent: agent.id, capable, missing: lacks }
  const token = tx.newId('lease')
  const command = {
    id: task.id,
    claimant,
    token: tokenDigest(token),
    leaseMs: input.leaseMs,
    takeover: input.takeover,
    now: tx.now,
  }
  await tx.append(task, accepted(decideClaim(task.state, command)))
  return handOver(tx, run, agent, task, token)
}

const roomLeft = async (tx: Tx, agent: Agent): Promise<void> => {
  const claimed = await tx.tally(agent.id, 'claimed')
  const { maxConcurrent } = agent.state
  if (claimed < maxConcurrent) return
  throw new Failure(
    'at_capacity',
    `Agent ${agent.id} holds ${claimed} of at most ${maxConcurrent} tasks.`,
    'Report on one with complete_task or fail_task first, or claim as another agent.',
    { agent_id: agent.id, limit: maxConcurrent, used: claimed },
  )
}

const nextFor = async (tx: Tx, agent: Agent): Promise<Task | undefined> => {
  const no = await nextInLanes(tx, await fittingLanes(tx, agent))
  return no === undefined ? undefined : tx.loadNo(taskStream, no)
}

const whyNothing = async (tx: Reader, run: Run, agent: Agent): Promise<string> => {
  const counts = await tx.tallies(String(run.no))
  const ready = counts['task.ready'] ?? 0
  const open =
    ready + (counts['task.blocked'] ?? 0) + (counts['task.claimed'] ?? 0) + (counts['task.review'] ?? 0)
  if (open === 0) return 'All tasks of this run have ended.'
  if (ready === 0) return 'No task is ready: the open ones are claimed, blocked or in review.'
  return `${ready} ready, but none that ${agent.id} may take now (capabilities, addressee, review of its own work, or a retry delay).`
}

const handOver = async (tx: Tx, run: Run, agent: Agent, task: Task, token: string): Promise<ClaimedTask> => {
  const { state } = task
  if (state.status !== 'claimed') throw new Error('claimed a task that is not claimed')
  const definition = await definitionOf(tx, state)
  const inputs = await inputsOf(tx, task)
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
      attempt: state.attempt,
      max_attempts: state.maxAttempts,
      checks: definition.checks,
      reviews: state.reviews,
      inputs,
    },
    lease_token: token,
    lease_ends_at: state.leaseEndsAt,
    prompt: turnPrompt(await personaOf(tx, agent.state), task.id, definition, inputs),
  }
}
