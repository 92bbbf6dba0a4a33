import type { Tx } from '../../../kernel/ports.ts'
import { decideGiveUp, decideGo, decideOutcome, decideReset, type Go } from '../decide.ts'
import type { BreakerEvent } from '../events.ts'
import { breakerStream } from '../rows.ts'
import type { BreakerState } from '../state.ts'
import { type BreakerRules, type BreakerSubject, defaultBreakerRules, type Outcome } from '../terms.ts'

/**
 * Whether a turn may go to a subject. Under the log's lock, so that of any number of processes one sends the probe. A
 * turn that goes as a probe must end in `noteOutcome` or `giveUpProbe`; else the probe is given up after
 * `rules.probe_ms`.
 */
export const mayGo = async (
  tx: Tx,
  subject: BreakerSubject,
  turn: string,
  rules: BreakerRules = defaultBreakerRules,
): Promise<Go> => {
  const { answer, events } = decideGo(await stateOf(tx, subject), turn, rules, tx.now)
  await write(tx, subject, events)
  return answer
}

/** Counts how a turn went. Repeating it for a probe changes nothing; elsewhere the caller says each outcome once. */
export const noteOutcome = async (
  tx: Tx,
  subject: BreakerSubject,
  outcome: Outcome,
  rules: BreakerRules = defaultBreakerRules,
): Promise<void> => write(tx, subject, decideOutcome(await stateOf(tx, subject), outcome, rules, tx.now))

/** The turn is over without an outcome (its lease ended, its agent was terminated): where it was the probe, another may go. */
export const giveUpProbe = async (
  tx: Tx,
  subject: BreakerSubject,
  turn: string,
  why: string,
): Promise<void> => write(tx, subject, decideGiveUp(await stateOf(tx, subject), turn, why))

/** Closes the breaker: the subject was replaced by something else of that name. */
export const resetBreaker = async (tx: Tx, subject: BreakerSubject, why: string): Promise<void> =>
  write(tx, subject, decideReset(await stateOf(tx, subject), why))

const stateOf = async (tx: Tx, subject: BreakerSubject): Promise<BreakerState | undefined> =>
  (await tx.load(breakerStream, subject))?.state

const write = async (tx: Tx, subject: BreakerSubject, events: readonly BreakerEvent[]): Promise<void> => {
  if (events.length === 0) return
  const breaker = await tx.load(breakerStream, subject)
  if (breaker) await tx.append(breaker, events)
  else await tx.create(breakerStream, { id: subject, run: 0 }, events)
}
