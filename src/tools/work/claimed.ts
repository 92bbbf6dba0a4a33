import { z } from 'zod'
import type { ClaimedTask } from '../../primitives/task/hand-over.ts'
import type { NothingToClaim } from '../../primitives/task/nothing-to-claim.ts'
import { iso } from '../fields.ts'
import type { Session } from '../session.ts'

/** A claimed task as its worker gets it, or why there is none. */
export const claimed = z.looseObject({
  run_id: z.string(),
  agent_id: z.string(),
  task: z.looseObject({ task_id: z.string() }).nullable(),
  lease_token: z.string().optional(),
  lease_ends_at: z.string().optional(),
  prompt: z.string().optional(),
  reason: z.string().optional(),
  retry_after_ms: z.number().optional(),
  all_ended: z.boolean().optional(),
})

export type Claimed = z.output<typeof claimed>

/** A claim in the words of the contract. The session keeps its token, so that the report may leave it out. */
export const shown = (session: Session, answer: ClaimedTask | NothingToClaim): Claimed => {
  if (answer.task === null) return { ...answer }
  const { task, lease_token: token, agent_id: agent } = answer
  session.keep(task.task_id, { token, agent })
  const { inputs, earlier_attempts: earlier } = task
  return {
    ...answer,
    task: {
      ...task,
      inputs: inputs.map((input) => ({ ...input, untrusted: true })),
      ...(earlier && { earlier_attempts: earlier.map((attempt) => ({ ...attempt, untrusted: true })) }),
    },
    lease_ends_at: iso(answer.lease_ends_at),
  }
}

/** Why there is no task, and what to do about it. */
export const sayNothing = ({
  reason,
  retry_after_ms: later,
  all_ended,
}: Pick<Claimed, 'reason' | 'retry_after_ms' | 'all_ended'>): string =>
  all_ended
    ? `${reason} Stop, unless more are to come: then wait with wait_ms.`
    : `${reason} Ask again in ${later} ms, or wait with wait_ms.`

/** For a model: what it is to do, or when to ask again. Many clients show it this text alone. */
export const sayClaimed = (answer: Claimed): string => {
  const { task, agent_id, lease_ends_at } = answer
  if (task === null) return `Nothing to claim for ${agent_id}: ${sayNothing(answer)}`
  return `${task.task_id} is ${agent_id}'s until ${lease_ends_at}; report_progress renews that. lease_token: ${answer.lease_token}\n\n${answer.prompt}`
}
