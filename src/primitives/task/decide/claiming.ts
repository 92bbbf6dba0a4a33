import { Failure } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { ArmPlace } from '../../routing/arm.ts'
import type { TaskEvent } from '../events.ts'
import { hasEnded, type TaskState } from '../state.ts'

/** Who claims, and what the storage knows of it. */
export interface Claimant {
  readonly agent: string
  /** True when it holds all that the task requires. */
  readonly capable: boolean
  /** What it lacks, by name. */
  readonly missing: readonly string[]
  /** Other agents as whom its session works. */
  readonly too?: readonly string[]
}

export interface ClaimCommand {
  readonly id: string
  readonly claimant: Claimant
  /** Digest of the new token. */
  readonly token: string
  readonly leaseMs: number
  readonly takeover: boolean
  readonly now: number
  /** Where what comes of it is counted; null: nowhere. */
  readonly place?: ArmPlace | null
  /** How many claims of this agent were watched before; null: nobody watches. */
  readonly nth?: number | null
}

const refusedFor = (state: TaskState, c: ClaimCommand): Failure | undefined => {
  const { id, claimant } = c
  if (state.agent !== null && state.agent !== claimant.agent)
    return new Failure(
      'forbidden',
      `Task ${id} is addressed to ${state.agent}.`,
      'Claim it as that agent, or address it anew with update_task.',
      { task_id: id, agent_id: state.agent },
    )
  if (state.except === claimant.agent)
    return new Failure(
      'forbidden',
      `Task ${id} reviews the work of ${claimant.agent}, so another agent must take it.`,
      'Claim it as another agent.',
      { task_id: id },
    )
  if (state.except !== null && claimant.too?.includes(state.except))
    return new Failure(
      'forbidden',
      `Task ${id} reviews the work of ${state.except}, as whom this session works too, so another session must take it.`,
      'Leave it to another worker; claim_task without task_id passes it over.',
      { task_id: id, agent_id: state.except },
    )
  if (!claimant.capable)
    return new Failure(
      'capability_missing',
      `${claimant.agent} lacks ${claimant.missing.join(', ')} for task ${id}.`,
      'Claim it as an agent that holds these capabilities, or spawn one.',
      { task_id: id, missing: claimant.missing },
    )
  return undefined
}

/** The earlier of the asked end and the attempt's deadline, epoch ms. */
export const leaseEnd = (now: number, leaseMs: number, deadline: number | null): number =>
  deadline === null ? now + leaseMs : Math.min(now + leaseMs, deadline)

const claimed = (state: TaskState, c: ClaimCommand, attempt: number): TaskEvent => ({
  type: 'task.claimed',
  data: {
    by: c.claimant.agent,
    token: c.token,
    lease_ms: c.leaseMs,
    lease_ends_at: leaseEnd(c.now, c.leaseMs, state.timeoutMs === null ? null : c.now + state.timeoutMs),
    attempt,
    ...(c.place && { place: c.place }),
    ...(typeof c.nth === 'number' && { nth: c.nth }),
  },
})

/** Claims a ready task, or takes the agent's own claim over with a new token (the old one dies). */
export const decideClaim = (state: TaskState, c: ClaimCommand): Decision<TaskEvent> => {
  const { id, claimant, now } = c
  if (hasEnded(state))
    return new Failure('already_ended', `Task ${id} has ended (${state.status}).`, 'Claim another task.', {
      task_id: id,
      status: state.status,
    })
  if (state.decides !== undefined)
    return new Failure(
      'conflict',
      `Task ${id} stands for ${state.decides}: votes end it, nobody claims it.`,
      'vote on it, or claim another task.',
      { task_id: id, proposal_id: state.decides },
    )
  const refused = refusedFor(state, c)
  if (refused) return refused
  if (state.status === 'claimed' && c.takeover && state.by === claimant.agent)
    return [
      { type: 'task.released', data: { by: claimant.agent, why: 'takeover' } },
      claimed(state, c, state.attempt),
    ]
  if (state.status === 'claimed')
    return new Failure(
      'conflict',
      `Task ${id} is claimed by ${state.by} until ${new Date(state.leaseEndsAt).toISOString()}.`,
      state.by === claimant.agent
        ? 'Claim another task, or wait until the lease ends. If that session is gone: claim_task with takeover true.'
        : `Claim another task, or wait until the lease ends. If that session is gone: claim_task with takeover true, as ${state.by}.`,
      { task_id: id, claimed_by: state.by, lease_ends_at: new Date(state.leaseEndsAt).toISOString() },
    )
  if (state.status !== 'ready')
    return new Failure(
      'conflict',
      `Task ${id} is ${state.status}, so it cannot be claimed now.`,
      'get_task tells what it waits for; claim_task without task_id takes one that is ready.',
      { task_id: id, status: state.status },
    )
  if (state.retryAt !== null && state.retryAt > now)
    return new Failure(
      'conflict',
      `Task ${id} may be tried again from ${new Date(state.retryAt).toISOString()}.`,
      'Claim it then, or claim another task now.',
      { task_id: id, retry_at: new Date(state.retryAt).toISOString() },
    )
  return [claimed(state, c, state.attempt + 1)]
}
