import type { Tx } from '../../../kernel/ports.ts'
import type { Answered, Probed } from '../events.ts'
import { modelNamed } from '../find.ts'

/**
 * Writes down how a turn went at an endpoint; its breaker is told by `noteOutcome`. Nothing when it was removed
 * meanwhile.
 */
export const noteAnswer = async (tx: Tx, name: string, answered: Answered): Promise<void> => {
  const model = await modelNamed(tx, name)
  if (model) await tx.append(model, [{ type: 'model.answered', data: answered }])
}

/** Writes down what a look at an endpoint found. Nothing when it was removed meanwhile. */
export const noteProbe = async (tx: Tx, name: string, probed: Probed): Promise<void> => {
  const model = await modelNamed(tx, name)
  if (model) await tx.append(model, [{ type: 'model.probed', data: probed }])
}
