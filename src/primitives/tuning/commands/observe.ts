import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { decideObservation } from '../decide/observing.ts'
import type { Knobs, Observation } from '../events.ts'
import { tuning, tuningIn } from '../find.ts'
import { appendTuning } from './append.ts'

/** One window of a dispatcher: what follows from it is logged; answers the knobs from now on. */
export const observeTuning = async (tx: Tx, observation: Observation): Promise<Knobs> => {
  const entity = await tuningIn(tx)
  await appendTuning(tx, accepted(decideObservation(entity?.state, observation)))
  return (await tuning(tx)).knobs
}
