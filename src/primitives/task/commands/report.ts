import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { authorOf } from '../author.ts'
import { follow } from '../consequences.ts'
import { alreadyReported, decideFail, decideProgress, type Failed } from '../decide/reporting.ts'
import { reportDigest } from '../digest.ts'
import { type ReportOn, reported } from './reported.ts'

/** Reports a failed attempt: tried again later while attempts are left. The same report again gets the first answer. */
export const failTask = async (
  tx: Tx,
  input: ReportOn & Failed,
): Promise<{
  readonly run_id: string
  readonly task_id: string
  readonly agent_id: string | null
  readonly status: string
  readonly attempt: number
  readonly max_attempts: number
  readonly retry_at: number | null
  readonly cancelled_task_ids: readonly string[]
}> => {
  const { run, task, proof } = await reported(tx, input)
  const digest = reportDigest(proof.token, 'failure', [input.error, input.retry])
  const repeated = proof.token !== null && alreadyReported(task.state, digest)
  if (!repeated) await tx.append(task, accepted(decideFail(task.state, proof, input, digest)))
  const so = repeated ? { cancelled: [] } : await follow(tx, run, task)
  const { state } = task
  return {
    run_id: run.id,
    task_id: task.id,
    agent_id: authorOf(state),
    status: state.status,
    attempt: state.attempt,
    max_attempts: state.maxAttempts,
    retry_at: state.status === 'ready' ? state.retryAt : null,
    cancelled_task_ids: so.cancelled,
  }
}

/** A sign of progress: renews the lease. */
export const reportProgress = async (
  tx: Tx,
  input: ReportOn & { readonly note: string | null; readonly percent: number | null },
): Promise<{
  readonly run_id: string
  readonly task_id: string
  readonly agent_id: string
  readonly lease_ends_at: number
}> => {
  const { run, task, proof } = await reported(tx, input)
  await tx.append(task, accepted(decideProgress(task.state, proof, input.note, input.percent)))
  if (task.state.status !== 'claimed') throw new Error('a renewed lease is not claimed')
  const { by: agent_id, leaseEndsAt: lease_ends_at } = task.state
  return { run_id: run.id, task_id: task.id, agent_id, lease_ends_at }
}
