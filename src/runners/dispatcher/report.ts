import { Failure } from '../../errors.ts'
import type { Call, Query } from '../../kernel/ports.ts'
import type { Report } from '../../primitives/task/commands/complete.ts'
import { mostMeasured } from '../../primitives/task/metrics.ts'
import { checkResult } from '../../primitives/task/result-check.ts'
import { endTurn, reapTurn } from '../../primitives/turn/commands/end.ts'
import { failTurn, finishTurn, type Held } from '../../primitives/turn/commands/finish.ts'
import type { Stopped, TurnEnd } from '../../primitives/turn/terms.ts'
import { reportedBeside } from '../envelope.ts'
import type { Metrics, TurnFault, TurnOutcome } from '../port.ts'
import { keepTrying } from './keep-trying.ts'
import type { DispatcherParts } from './parts.ts'

/** A turn under a claim, as reports name it. */
export interface Reporting {
  readonly held: Held
  readonly turn: string
  readonly call: Call
}

/** How often a result is checked anew because what the task asks was changed meanwhile. */
const rounds = 3

/** What counts against the agent; the rest is the endpoint's, the configuration's or the server's doing. */
const blamed: ReadonlySet<TurnFault> = new Set(['exit', 'timeout', 'bad_answer'])

/** What was ended of the turn: a command's processes; undefined where there were none. */
export const stoppedOf = ({ evidence }: TurnOutcome): Stopped | undefined =>
  evidence.processes as Stopped | undefined

/** Without the numbers that no turn can have used or that are no measurement: sums never go back, and one that is not finite spoils them for good. */
const plausible = (metrics: Metrics): Metrics => {
  const kept = Object.entries(metrics).filter(
    ([, value]) => Number.isFinite(value) && value >= 0 && value <= mostMeasured,
  )
  return { duration_ms: 0, ...Object.fromEntries(kept) }
}

const endOf = (
  { breaker }: DispatcherParts,
  turn: string,
  ok: boolean,
  why: string,
  outcome: TurnOutcome,
): TurnEnd => {
  const { duration_ms, ...used } = plausible(outcome.metrics)
  const fault = outcome.ok ? undefined : outcome.fault
  const { http_status } = outcome.evidence
  const status = typeof http_status === 'number' ? { http_status } : {}
  const stopped = stoppedOf(outcome)
  return { turn, ok, why, fault, ...status, duration_ms, ...used, stopped, breaker }
}

/**
 * Hands in what a turn came to. A report that is refused (the lease was lost in the last moment) still ends the turn,
 * with the reason: what ran is in the log, whatever became of the task.
 */
export const reportOutcome = async (
  parts: DispatcherParts,
  { held, turn, call }: Reporting,
  outcome: TurnOutcome,
): Promise<void> => {
  const { store } = parts
  try {
    if (outcome.ok) await handIn(parts, { held, turn, call }, outcome)
    else {
      const { error, retryable: retry, retryAfterMs: notBeforeMs, fault } = outcome
      const failed = { error, retry, notBeforeMs }
      const said = { held, failed, blames: blamed.has(fault), end: endOf(parts, turn, false, fault, outcome) }
      await keepTrying(() => store.execute(failTurn, said, call))
    }
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure
    // What the task wants in another form (a review its verdict): the attempt has failed, and the next one is told why.
    if (outcome.ok && failure.code === 'invalid_argument')
      return reportOutcome(parts, { held, turn, call }, misshapen(failure, outcome))
    const end = endOf(parts, turn, false, `its report was refused: ${failure.code}`, outcome)
    await keepTrying(() => store.execute(endTurn, end, call))
  }
}

const misshapen = (
  { message, hint }: Failure,
  { evidence, metrics }: TurnOutcome,
): Extract<TurnOutcome, { ok: false }> => ({
  ok: false,
  error: `${message} ${hint}`,
  fault: 'bad_answer',
  retryable: true,
  evidence,
  metrics,
})

const handIn = async (
  parts: DispatcherParts,
  { held, turn, call }: Reporting,
  outcome: Extract<TurnOutcome, { ok: true }>,
): Promise<void> => {
  const { result, evidence: facts, own = {} } = outcome
  const speaker = { run: undefined, joined: [] }
  // Of the runner's evidence, not of what the agent says.
  const author = typeof facts.answered_by === 'string' ? { author: facts.answered_by } : {}
  const said = reportedBeside(own, { evidence: facts, metrics: { ...plausible(outcome.metrics) } })
  const { score, confidence } = own
  let report: Report = { ...held, ...author, speaker, result, ...said, score, confidence }
  const end = endOf(parts, turn, true, 'done', outcome)
  for (let round = 0; round < rounds; round++) {
    const done = await keepTrying(() => parts.store.execute(finishTurn, { report, end }, call))
    if (!('wanted' in done)) return
    const read = <I, O>(query: Query<I, O>, input: I): Promise<O> => parts.store.read(query, input)
    report = { ...report, checked: await checkResult(done.wanted, report, read) }
  }
  throw new Failure(
    'busy',
    'What the task asks kept changing while its result was checked.',
    'It is tried again.',
  )
}

/** Writes down that a turn was ended before it came to anything. */
export const reportAborted = async (
  parts: DispatcherParts,
  { turn, call }: Reporting,
  why: string,
  outcome: TurnOutcome,
): Promise<void> => {
  const end = endOf(parts, turn, false, why, outcome)
  await keepTrying(() => parts.store.execute(endTurn, end, call))
}

/** Ends a turn and gives its claim back, the attempt not counted. */
export const giveBack = async (
  { store }: DispatcherParts,
  { turn, call }: Reporting,
  why: string,
  stopped: Stopped | undefined,
): Promise<void> => {
  const reap = { turn, why, ...(stopped && { stopped }) }
  await keepTrying(() => store.execute(reapTurn, reap, call))
}
