import { type Once, once } from '../kernel/idempotency.ts'
import type { Tx } from '../kernel/ports.ts'
import { startRun } from '../primitives/run/commands/conduct.ts'
import { meantRun, type Run, type Speaker } from '../primitives/run/find.ts'
import { abandoned, lineage } from '../primitives/run/lineage.ts'
import type { Session } from './session.ts'

/** What commands need to know of the session that speaks. */
export const speaker = (session: Session): Speaker => ({ run: session.run, joined: session.joined })

/** Remembers the run that a call turned out to mean, so that the next one may leave it out. */
export const remember = <T extends { readonly run_id: string }>(session: Session, result: T): T => {
  session.run = result.run_id
  return result
}

/** Acts once per idempotency key within a run; a key from before a rollback that undid its call is refused. */
export const onceIn = <O>(tx: Tx, run: Run, what: Once, act: () => Promise<O>): Promise<O> =>
  once(tx, run.no, what, (seq) => abandoned(lineage(run.state.epochs), seq), act)

/**
 * As `onceIn`, for a call that opens a run where none is open at all. Its key then counts in that run and, for a
 * repetition that finds no run open either, in the file.
 */
export const onceInRunOrNew = async <O>(
  tx: Tx,
  asked: { readonly run_id?: string | undefined; readonly speaker: Speaker; readonly goal: string },
  what: Once,
  act: (run: Run) => Promise<O>,
): Promise<O> => {
  const run = await meantRun(tx, asked.run_id, asked.speaker)
  if (run) return onceIn(tx, run, what, () => act(run))
  return once(tx, 0, what, never, async () => {
    const opened = await startRun(tx, { goal: asked.goal })
    return onceIn(tx, opened, what, () => act(opened))
  })
}

/** A run as such is never rolled back. */
const never = (): boolean => false
