import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { decideStart } from '../decide/start.ts'
import { type Experiment, experimentNamed } from '../find.ts'
import { experimentStream } from '../rows.ts'
import type { Terms } from '../terms.ts'

/** Starts an experiment, or answers the one that was started with just these terms. */
export const startExperiment = async (tx: Tx, terms: Terms): Promise<Experiment> => {
  const before = await experimentNamed(tx, terms.name)
  const events = accepted(decideStart(before?.state, terms))
  return before ?? tx.create(experimentStream, { id: tx.newId('exp'), run: 0 }, events)
}
