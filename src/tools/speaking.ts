import { type Once, once } from '../kernel/idempotency.ts'
import type { Tx } from '../kernel/ports.ts'
import type { Run, Speaker } from '../primitives/run/find.ts'
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
