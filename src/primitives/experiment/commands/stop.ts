import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { decideStop } from '../decide/stop.ts'
import { type Experiment, outcomesOf } from '../find.ts'

/** Ends an experiment without a winner. */
export const stopExperiment = async (
  tx: Tx,
  experiment: Experiment,
  reason: string | null,
): Promise<void> => {
  const all = await outcomesOf(tx, experiment)
  await tx.append(experiment, accepted(decideStop(experiment.state, all, reason)))
}
