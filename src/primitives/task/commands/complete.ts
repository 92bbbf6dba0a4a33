import { Failure, invalid } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { Run } from '../../run/find.ts'
import { cancelTree } from '../cancel-tree.ts'
import { follow } from '../consequences.ts'
import { alreadyReported, decideComplete, decideVerdict, underLease } from '../decide/reporting.ts'
import { reportDigest } from '../digest.ts'
import type { Check, Submission } from '../events.ts'
import { definitionOf, type Task } from '../find.ts'
import { flagsOf } from '../flags.ts'
import { taskStream } from '../rows.ts'
import { answer, firstAnswer, type Reported } from './answer.ts'
import { type Found, type ReportOn, reported } from './reported.ts'
import { openReviews } from './review.ts'

export interface Report extends ReportOn {
  readonly result: unknown
  readonly evidence?: unknown
  readonly confidence?: number | undefined
  readonly score?: number | undefined
  readonly metrics?: Readonly<Record<string, number>> | undefined
  /** What the schema checks of the definition at `definitionSeq` found; asked for by `SchemaCheck`. */
  readonly checked?: { readonly definitionSeq: number; readonly findings: string | null } | undefined
}

/** A result that must be held against schemas before it can be handed in: outside the transaction. */
export interface SchemaCheck {
  readonly definitionSeq: number
  readonly schemas: readonly (object | boolean)[]
}

/** Thrown to the caller of `completeTask`: the verdict is to come back with the same report. */
export class NeedsSchemaCheck extends Error implements SchemaCheck {
  readonly definitionSeq: number
  readonly schemas: readonly (object | boolean)[]
  constructor({ definitionSeq, schemas }: SchemaCheck) {
    super('the result must be checked against a schema')
    this.definitionSeq = definitionSeq
    this.schemas = schemas
  }
}

/** Hands in a result. The same report again is answered with the first answer. Throws `NeedsSchemaCheck`. */
export const completeTask = async (tx: Tx, input: Report): Promise<Reported> => {
  const found = await reported(tx, input)
  const wanted = await schemaCheckOf(tx, found, input)
  if (wanted) throw new NeedsSchemaCheck(wanted)
  return complete(tx, found, input)
}

/** The schema check that this report still lacks. One that will be refused anyway needs none. */
export const schemaCheckOf = async (
  tx: Tx,
  { task: { state }, proof }: Found,
  { checked }: Report,
): Promise<SchemaCheck | undefined> => {
  if (!state.checked || state.status !== 'claimed' || checked?.definitionSeq === state.definitionSeq) return
  if (underLease(state, proof) instanceof Failure) return
  const { checks } = await definitionOf(tx, state)
  const schemas = checks.flatMap((check) => (check.kind === 'schema' ? [check.schema] : []))
  return schemas.length > 0 ? { definitionSeq: state.definitionSeq, schemas } : undefined
}

/** As `completeTask`, for a task already at hand and schema checks already made. */
export const complete = async (tx: Tx, { run, task, proof }: Found, input: Report): Promise<Reported> => {
  const digest = reportDigest(proof.token, 'result', input.result)
  const { state } = task
  if (proof.token !== null && alreadyReported(state, digest)) return firstAnswer(tx, run, task, digest)
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
  const definition = state.checked && state.status === 'claimed' ? await definitionOf(tx, state) : undefined
  const has = (kind: Check['kind']) => definition?.checks.some((check) => check.kind === kind) ?? false
  const findings = has('schema') ? (input.checked?.findings ?? null) : null
  const checked = { findings, reviews: [], verified: has('schema') }
  // The lease is judged before any review task is made: a refused report leaves nothing behind.
  const events = accepted(decideComplete(state, proof, submission, checked))
  if (definition && findings === null && has('review')) {
    const reviews = await openReviews(tx, run, task, definition, submission)
    await tx.append(task, accepted(decideComplete(state, proof, submission, { ...checked, reviews })))
  } else await tx.append(task, events)
  const so = await follow(tx, run, task)
  if (verdict) await pass(tx, run, task, verdict, so.unblocked)
  return answer(run, task.id, task.state, so.unblocked, findings)
}

interface Verdict {
  readonly approve: boolean
  readonly findings: string | null
}

const verdictIn = (result: unknown): Verdict => {
  const verdict = result as { readonly approve?: unknown; readonly findings?: unknown } | null
  if (typeof verdict !== 'object' || verdict === null || typeof verdict.approve !== 'boolean')
    throw invalid('result', 'a review task needs a verdict', `Give {"approve": true} or ${rejection}.`)
  const { approve } = verdict
  const findings = findingsIn(verdict.findings)
  if (!approve && findings === null)
    throw invalid('result.findings', 'is required when approve is false', `Give ${rejection}.`)
  return { approve, findings }
}

const rejection = '{"approve": false, "findings": "what is wrong and how to mend it"}'

/** Findings of any JSON as text: a string as it is, else compact JSON; null when they say nothing. */
const findingsIn = (findings: unknown): string | null => {
  if (findings === undefined || findings === null) return null
  const text = typeof findings === 'string' ? findings : JSON.stringify(findings)
  return text.trim() === '' || text === '[]' || text === '{}' ? null : text
}

/** Carries a review's verdict to the task it reviews. After a rejection the other open reviews of it are moot. */
const pass = async (
  tx: Tx,
  run: Run,
  review: Task,
  { approve, findings }: Verdict,
  unblocked: string[],
): Promise<void> => {
  const reviewed = await tx.load(taskStream, review.state.reviews as string)
  if (!reviewed) return
  const open = reviewed.state.status === 'review' ? reviewed.state.openReviews : []
  await tx.append(reviewed, accepted(decideVerdict(reviewed.state, review.id, approve, findings)))
  const so = await follow(tx, run, reviewed)
  unblocked.push(...so.unblocked)
  if (reviewed.state.status === 'review' || reviewed.state.status === 'done') return
  for (const id of open) {
    const other = id === review.id ? undefined : await tx.load(taskStream, id)
    if (other) await cancelTree(tx, run, other, `${review.id} has rejected the result`)
  }
}
