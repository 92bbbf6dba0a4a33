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

/**
 * Writes down what a look at an endpoint found. Nothing when it was removed meanwhile, or when another process's look
 * came first: one `within` so many ms is enough.
 */
export const noteProbe = async (tx: Tx, name: string, probed: Probed, within = 0): Promise<void> => {
  const model = await modelNamed(tx, name)
  if (!model) return
  const { probedAt } = model.state
  if (probedAt !== null && tx.now - probedAt < within) return
  await tx.append(model, [{ type: 'model.probed', data: probed }])
}
