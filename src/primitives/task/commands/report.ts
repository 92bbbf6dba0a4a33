import { Failure, invalid } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { agentNamed } from '../../agent/find.ts'
import { type Run, runById, runByNo, type Speaker, theRun } from '../../run/find.ts'
import { follow } from '../consequences.ts'
import {
  alreadyReported,
  decideComplete,
  decideFail,
  decideProgress,
  decideVerdict,
  type Proof,
} from '../decide/reporting.ts'
import { reportDigest, tokenDigest } from '../digest.ts'
import type { Submission } from '../events.ts'
import { definitionOf, type Task, taskNamed, theTask } from '../find.ts'
import { flagsOf } from '../flags.ts'
import { taskStream } from '../rows.ts'
import { type ClaimedTask, claimFor, type NothingToClaim } from './claim.ts'
import { openReviews } from './review.ts'

/** Which task a report is about, and the proof that its sender holds it. */
export interface ReportOn {
  readonly run_id?: string | undefined
  readonly task: string
  /** The lease token, or undefined when neither the call nor its session has one. */
  readonly token?: string | undefined
  readonly speaker: Speaker
}

export interface Report extends ReportOn {
  readonly result: unknown
  readonly evidence?: unknown
  readonly confidence?: number | undefined
  readonly score?: number | undefined
  readonly metrics?: Readonly<Record<string, number>> | undefined
  /** What the schema checks of the definition at `definitionSeq` found; asked for by `NeedsSchemaCheck`. */
  readonly checked?: { readonly definitionSeq: number; readonly findings: string | null } | undefined
}

export interface Reported {
  readonly run_id: string
  readonly task_id: string
  readonly status: string
  readonly verification: 'none' | 'pending' | 'verified' | 'rejected'
  readonly unblocked_task_ids: readonly string[]
  readonly findings?: string
}

/**
 * Thrown to the caller of `completeTask` when the result must be held against a schema first: that is done outside
 * the transaction, and the verdict comes back with the same report.
 */
export class NeedsSchemaCheck extends Error {
  readonly definitionSeq: number
  readonly schemas: readonly (object | boolean)[]
  constructor(definitionSeq: number, schemas: readonly (object | boolean)[]) {
    super('the result must be checked against a schema')
    this.definitionSeq = definitionSeq
    this.schemas = schemas
  }
}

/** The task that a report is about. With an id its run follows from it; undone tasks answer `lease_lost`. */
const reported = async (tx: Tx, input: ReportOn): Promise<{ run: Run; task: Task; proof: Proof }> => {
  const byId = await tx.load(taskStream, input.task)
  const owner = byId && input.run_id === undefined ? await runByNo(tx, byId.run) : undefined
  const run = owner ?? (await theRun(tx, input.run_id, input.speaker))
  const token = input.token === undefined ? null : tokenDigest(input.token)
  const undone = await taskNamed(tx, run.no, input.task)
  if (undone?.state.status === 'undone' && token !== null)
    throw new Failure(
      'lease_lost',
      `Task ${undone.id} was undone by a rollback, and its leases with it.`,
      'Stop working on it. claim_task gives you a task under a new lease.',
      { task_id: undone.id },
    )
  const task = await theTask(tx, run.no, input.task)
  return { run, task, proof: { id: task.id, token, now: tx.now } }
}

/** Hands in a result. The same report again is answered with the first answer. */
export const completeTask = async (tx: Tx, input: Report): Promise<Reported> => {
  const { run, task, proof } = await reported(tx, input)
  const digest = reportDigest(proof.token, 'result', input.result)
  const { state } = task
  if (proof.token !== null && alreadyReported(state, digest))
    return answer(run, task, [], await rejectionOf(tx, task))
  const verdict = state.reviews === null ? undefined : verdictIn(input.result)
  const submission: Submission = {
    by: state.status === 'claimed' ? state.by : null,
    result: input.result,
    evidence: input.evidence ?? null,
    confidence: input.confidence ?? null,
    score: input.score ?? null,
    metrics: input.metrics ?? null,
    digest,
    flags: flagsOf(input.result),
  }
  const findings = await schemaFindings(tx, task, input)
  const definition = state.checked && state.status === 'claimed' ? await definitionOf(tx, state) : undefined
  const verified = definition?.checks.some((check) => check.kind === 'schema') ?? false
  const reviewsWanted = findings === null && definition?.checks.some((check) => check.kind === 'review')
  // The lease is judged before any review task is made: a refused report leaves nothing behind.
  const trial = decideComplete(state, proof, submission, { findings, reviews: [], verified })
  if (trial instanceof Failure) throw trial
  const reviews = reviewsWanted && definition ? await openReviews(tx, run, task, definition, submission) : []
  await tx.append(
    task,
    accepted(decideComplete(task.state, proof, submission, { findings, reviews, verified })),
  )
  const so = await follow(tx, run, task)
  if (verdict) await pass(tx, run, task, verdict, so.unblocked)
  return answer(run, task, so.unblocked, findings)
}

interface Verdict {
  readonly approve: boolean
  readonly findings?: string
}

const verdictIn = (result: unknown): Verdict => {
  const verdict = result as Partial<Verdict> | null
  if (typeof verdict !== 'object' || verdict === null || typeof verdict.approve !== 'boolean')
    throw invalid(
      'result',
      'a review task needs a verdict',
      'Give {"approve": true} or {"approve": false, "findings": "what is wrong"}.',
    )
  const { approve, findings } = verdict
  return typeof findings === 'string' ? { approve, findings } : { approve }
}

/** Carries a review's verdict to the task it reviews. */
const pass = async (
  tx: Tx,
  run: Run,
  review: Task,
  { approve, findings }: Verdict,
  unblocked: string[],
): Promise<void> => {
  const reviewed = await tx.load(taskStream, review.state.reviews as string)
  if (!reviewed) return
  await tx.append(reviewed, accepted(decideVerdict(reviewed.state, review.id, approve, findings ?? null)))
  const so = await follow(tx, run, reviewed)
  unblocked.push(...so.unblocked)
}

/** Why the newest result was sent back, or null when it was not. */
const rejectionOf = async (tx: Tx, task: Task): Promise<string | null> => {
  if (task.state.status !== 'ready' && task.state.status !== 'failed') return null
  const rejection = (await tx.history(task)).findLast((event) => event.type === 'task.rejected')
  return (rejection?.data as { findings: string } | undefined)?.findings ?? null
}

/** Null: no schema, or the result fits; text: what does not fit. */
const schemaFindings = async (tx: Tx, task: Task, input: Report): Promise<string | null> => {
  const { state } = task
  if (!state.checked || state.status !== 'claimed') return null
  const { checks } = await definitionOf(tx, state)
  const schemas = checks.flatMap((check) => (check.kind === 'schema' ? [check.schema] : []))
  if (schemas.length === 0) return null
  if (input.checked?.definitionSeq !== state.definitionSeq)
    throw new NeedsSchemaCheck(state.definitionSeq, schemas)
  return input.checked.findings
}

const answer = (
  run: Run,
  task: Task,
  unblocked: readonly string[],
  findings: string | null = null,
): Reported => {
  const { state } = task
  const verification =
    state.status === 'review'
      ? 'pending'
      : findings !== null
        ? 'rejected'
        : state.status === 'done'
          ? state.verification
          : 'none'
  const base = { run_id: run.id, task_id: task.id, status: state.status, verification } as const
  const said = { ...base, unblocked_task_ids: [...unblocked] }
  return findings === null ? said : { ...said, findings }
}

/** Several reports and, if asked, the next task for the agent that made them: all in one transaction. */
export const completeTasks = async (
  tx: Tx,
  input: {
    readonly reports: readonly Report[]
    readonly next?: { readonly count: number; readonly leaseMs: number } | undefined
  },
): Promise<{
  readonly reported: readonly Reported[]
  readonly next: readonly (ClaimedTask | NothingToClaim)[]
}> => {
  const reported: Reported[] = []
  let by: { run: string; agent: string } | undefined
  for (const report of input.reports) {
    const answered = await completeTask(tx, report)
    reported.push(answered)
    const task = await tx.load(taskStream, answered.task_id)
    if (task && 'by' in task.state && task.state.by) by = { run: answered.run_id, agent: task.state.by }
  }
  const next: (ClaimedTask | NothingToClaim)[] = []
  if (input.next && by) {
    const run = await runById(tx, by.run)
    const agent = await agentNamed(tx, run.no, by.agent)
    for (let i = 0; agent?.state.status === 'active' && i < input.next.count; i++) {
      const claimed = await claimFor(tx, run, agent, {
        task: undefined,
        takeover: false,
        leaseMs: input.next.leaseMs,
      })
      next.push(claimed)
      if (claimed.task === null) break
    }
  }
  return { reported, next }
}

/** Reports a failed attempt: tried again later while attempts are left. The same report again gets the first answer. */
export const failTask = async (
  tx: Tx,
  input: ReportOn & { readonly error: string; readonly retry: boolean },
): Promise<{
  readonly run_id: string
  readonly task_id: string
  readonly status: string
  readonly attempt: number
  readonly max_attempts: number
  readonly retry_at: number | null
  readonly cancelled_task_ids: readonly string[]
}> => {
  const { run, task, proof } = await reported(tx, input)
  const digest = reportDigest(proof.token, 'failure', [input.error, input.retry])
  const repeated = proof.token !== null && alreadyReported(task.state, digest)
  if (!repeated)
    await tx.append(task, accepted(decideFail(task.state, proof, input.error, input.retry, digest)))
  const so = repeated ? { cancelled: [] } : await follow(tx, run, task)
  const { state } = task
  return {
    run_id: run.id,
    task_id: task.id,
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
): Promise<{ readonly run_id: string; readonly task_id: string; readonly lease_ends_at: number }> => {
  const { run, task, proof } = await reported(tx, input)
  await tx.append(task, accepted(decideProgress(task.state, proof, input.note, input.percent)))
  if (task.state.status !== 'claimed') throw new Error('a renewed lease is not claimed')
  return { run_id: run.id, task_id: task.id, lease_ends_at: task.state.leaseEndsAt }
}
