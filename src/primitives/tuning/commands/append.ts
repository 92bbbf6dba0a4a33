import type { Tx } from '../../../kernel/ports.ts'
import type { TuningEvent } from '../events.ts'
import { tuningIn } from '../find.ts'
import { tuningId, tuningStream } from '../rows.ts'

/** Appends to the one stream of tuning; its first events begin it. */
export const appendTuning = async (tx: Tx, events: readonly TuningEvent[]): Promise<void> => {
  if (events.length === 0) return
  const entity = await tuningIn(tx)
  if (entity) await tx.append(entity, events)
  else await tx.create(tuningStream, { id: tuningId, run: 0 }, events)
}
