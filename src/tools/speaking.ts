import { type Once, once } from '../kernel/idempotency.ts'
import type { Tx } from '../kernel/ports.ts'
import { startRun } from '../primitives/run/commands/conduct.ts'
import { meantRun, onlyOpenRun, type Run, type Speaker } from '../primitives/run/find.ts'
import { abandoned, lineage } from '../primitives/run/lineage.ts'
import type { Session } from './session.ts'

/** What commands need to know of the session that speaks. */
export const speaker = (session: Session): Speaker => ({
  run: session.run,
  joined: session.joined,
  played: [...session.played],
})

/** Remembers the run that a call turned out to mean, so that the next one may leave it out. */
export const remember = <T extends { readonly run_id: string }>(session: Session, result: T): T => {
  session.run = result.run_id
  return result
}

/** Acts once per idempotency key within a run; a key from before a rollback that undid its call is refused. */
export const onceIn = <O>(tx: Tx, run: Run, what: Once, act: () => Promise<O>): Promise<O> =>
  once(tx, run.no, what, (seq) => abandoned(lineage(run.state.epochs), seq), act)

/**
 * As `onceIn`, for a call that opens a run where none is open at all: the ended one that a conductor spoke of last does
 * not bind it. Its key then counts in the new run and, for a repetition that comes from where this one came, in the
 * ended run, else in the file.
 */
export const onceInRunOrNew = async <O>(
  tx: Tx,
  asked: { readonly run_id?: string | undefined; readonly speaker: Speaker; readonly goal: string },
  what: Once,
  act: (run: Run) => Promise<O>,
): Promise<O> => {
  const { run_id, speaker, goal } = asked
  const actIn = (run: Run) => onceIn(tx, run, what, () => act(run))
  const meant = await meantRun(tx, run_id, speaker)
  if (!meant) return once(tx, 0, what, never, async () => actIn(await startRun(tx, { goal })))
  // What was named, and what a worker joined, is meant even when it has ended: that is then refused.
  const binds = meant.state.status === 'open' || run_id !== undefined || speaker.joined.length > 0
  if (binds) return actIn(meant)
  return onceIn(tx, meant, what, async () => actIn((await onlyOpenRun(tx)) ?? (await startRun(tx, { goal }))))
}

/** A run as such is never rolled back. */
const never = (): boolean => false
