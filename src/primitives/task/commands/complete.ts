import { Failure } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { scopesIn } from '../../confidence/decide.ts'
import { gatesFor } from '../../gate/decide.ts'
import type { Gate } from '../../gate/terms.ts'
import type { Run } from '../../run/find.ts'
import { gatesOf } from '../../run/state.ts'
import { type Confident, confidenceIn, logLine, validation } from '../confident.ts'
import { follow } from '../consequences.ts'
import { alreadyReported, decideComplete, underLease } from '../decide/reporting.ts'
import { reportDigest } from '../digest.ts'
import type { Submission } from '../events.ts'
import { definitionOf, type Task } from '../find.ts'
import { flagsOf } from '../flags.ts'
import { choiceSchemas, tooLate } from '../in-orchestration.ts'
import { askOfBudget, askOfConfidence, askOfGate } from '../people.ts'
import { answer, firstAnswer, type Reported } from './answer.ts'
import { type Found, type ReportOn, reported } from './reported.ts'
import { openReviews } from './review.ts'
import { pass, verdictIn } from './verdict.ts'

export interface Report extends ReportOn {
  readonly result: unknown
  readonly evidence?: unknown
  /** The agent whose work it is, where that is not the one who holds the claim: a second turn ran beside its own. */
  readonly author?: string | undefined
  readonly confidence?: number | undefined
  readonly score?: number | undefined
  readonly metrics?: Readonly<Record<string, number>> | undefined
  /** What the checks found that are made outside of the transaction; asked for by `ResultCheck`. */
  readonly checked?: JudgedResult | undefined
}

/** A result that must be held against checks before it can be handed in: outside the transaction. */
export interface ResultCheck {
  readonly run_id: string
  readonly definitionSeq: number
  /** Of the gates as they were then. */
  readonly gatesSeq: number
  readonly schemas: readonly (object | boolean)[]
  /** CEL. */
  readonly conditions: readonly string[]
  readonly gates: readonly Gate[]
  /** Gates that a check names and nobody has set. */
  readonly missingGates: readonly string[]
}

/** What came of it, by which definition and which gates. */
export interface JudgedResult {
  readonly definitionSeq: number
  readonly gatesSeq: number
  /** Null: it has passed. */
  readonly findings: string | null
  /** The checks that were made, or the one that sent it back: `schema`, `condition`, `gate:NAME`. */
  readonly by: string
  /** The gates that it has passed. */
  readonly gates: readonly string[]
}

/** Thrown to the caller of `completeTask`: the verdict is to come back with the same report. */
export class NeedsResultCheck extends Error {
  readonly wanted: ResultCheck
  constructor(wanted: ResultCheck) {
    super('the result must be checked first')
    this.wanted = wanted
  }
}

/** Hands in a result. The same report again is answered with the first answer. Throws `NeedsResultCheck`. */
export const completeTask = async (tx: Tx, input: Report): Promise<Reported> => {
  const found = await reported(tx, input)
  const wanted = await resultCheckOf(tx, found, input)
  if (wanted) throw new NeedsResultCheck(wanted)
  return complete(tx, found, input)
}

/** The check that this report still lacks. One that will be refused anyway needs none, nor does a review's verdict. */
export const resultCheckOf = async (
  tx: Tx,
  { run, task, proof }: Found,
  { checked }: Report,
): Promise<ResultCheck | undefined> => {
  const { id, state } = task
  const { seq: gatesSeq, list } = gatesOf(run.state)
  const { definitionSeq } = state
  if ((!state.checked && list.length === 0) || state.status !== 'claimed' || state.reviews !== null) return
  if (checked?.definitionSeq === definitionSeq && checked.gatesSeq === gatesSeq) return
  if (underLease(state, proof) instanceof Failure) return
  const { checks, context } = await definitionOf(tx, state)
  const named = checks.flatMap((check) => (check.kind === 'gate' ? [check.gate] : []))
  const gates = gatesFor(list, { id, key: state.key, scopes: scopesIn(context), role: state.role }, named)
  const schemas = [
    ...checks.flatMap((check) => (check.kind === 'schema' ? [check.schema] : [])),
    ...(await choiceSchemas(tx, task)),
  ]
  const conditions = checks.flatMap((check) => (check.kind === 'condition' ? [check.condition] : []))
  const missingGates = named.filter((name) => !list.some((gate) => gate.name === name))
  if (schemas.length + conditions.length + gates.length + missingGates.length === 0) return
  return { run_id: run.id, definitionSeq, gatesSeq, schemas, conditions, gates, missingGates }
}

/** As `completeTask`, for a task already at hand and checks already made. */
export const complete = async (tx: Tx, { run, task, proof }: Found, input: Report): Promise<Reported> => {
  const digest = reportDigest(proof.token, 'result', input.result)
  const { state } = task
  if (proof.token !== null && alreadyReported(state, digest)) return firstAnswer(tx, run, task, digest)
  const late = state.status === 'claimed' ? await tooLate(tx, task) : undefined
  if (late) throw late
  const verdict = state.reviews === null ? undefined : verdictIn(input.result)
  const confident = await confidenceIn(tx, run, state, input)
  const { checked: made } = input
  const fits = made?.definitionSeq === state.definitionSeq && made.gatesSeq === gatesOf(run.state).seq
  const judged = state.status === 'claimed' && fits ? made : undefined
  const findings = judged?.findings ?? null
  const submission: Submission = {
    by: state.status === 'claimed' ? (input.author ?? state.by) : null,
    result: input.result,
    evidence: input.evidence ?? null,
    confidence: input.confidence ?? null,
    score: input.score ?? null,
    metrics: input.metrics ?? null,
    digest,
    flags: flagsOf(input.result),
    ...(confident && { band: confident.band }),
    ...(findings === null && confident?.unsure && { unsure: confident.unsure }),
    ...(findings === null && confident?.through && { let_through: confident.through }),
    ...(judged && judged.gates.length > 0 && { gates: judged.gates }),
  }
  const log = confident && logLine(confident)
  const checked = { findings, reviews: [], verified: judged !== undefined, by: judged?.by, log }
  // The lease is judged before any review task is made: a refused report leaves nothing behind.
  const events = accepted(decideComplete(state, proof, submission, checked))
  const reviews = findings === null ? await waitsFor(tx, run, task, submission, confident) : []
  await tx.append(
    task,
    reviews.length > 0 ? accepted(decideComplete(state, proof, submission, { ...checked, reviews })) : events,
  )
  if (judged && findings !== null && judged.by.startsWith('gate:')) await askOfGate(tx, run, task, judged.by)
  const so = await follow(tx, run, task)
  if (verdict) await pass(tx, run, task, verdict, so.unblocked)
  await askOfBudget(tx, run)
  return answer(run, task.id, task.state, so.unblocked, findings)
}

/** What a submission has to wait for: its reviews, and what its author's confidence calls for. */
const waitsFor = async (
  tx: Tx,
  run: Run,
  task: Task,
  submission: Submission,
  confident: Confident | undefined,
): Promise<readonly string[]> => {
  const { state } = task
  const unsure = confident?.band === 'validated' || confident?.band === 'escalated'
  if (state.status !== 'claimed' || (!state.checked && !unsure)) return []
  const definition = await definitionOf(tx, state)
  const reviewed = definition.checks.some(({ kind }) => kind === 'review')
  // A review that is asked for anyway is the validation.
  const checks =
    confident?.band === 'validated' && !reviewed
      ? [...definition.checks, validation(confident)]
      : definition.checks
  const reviews = await openReviews(tx, run, task, { ...definition, checks }, submission)
  if (confident?.band !== 'escalated') return reviews
  return [...reviews, (await askOfConfidence(tx, run, task, { by: submission.by, ...confident })).id]
}
