import type { Tx } from '../../../kernel/ports.ts'
import { decideCount } from '../decide-learned.ts'
import type { CapabilityCount, CapabilityFinding } from '../events.ts'
import { capabilityStream, learnedId } from '../rows.ts'

/** What became known of an arm. */
export interface Change {
  readonly learned: readonly CapabilityFinding[]
  readonly unlearned: readonly CapabilityFinding[]
}

/** Counts outcomes of an arm. Each must be given once: who calls knows which were. */
export const countOutcomes = async (
  tx: Tx,
  arm: string,
  counts: readonly CapabilityCount[],
): Promise<Change> => {
  const id = learnedId(arm)
  const entity = await tx.load(capabilityStream, id)
  const events = decideCount(entity?.state, arm, counts)
  if (entity) await tx.append(entity, events)
  else await tx.create(capabilityStream, { id, run: 0 }, events)
  const said = (type: 'capability.learned' | 'capability.unlearned') =>
    events.flatMap((event) => (event.type === type ? [event.data] : []))
  return { learned: said('capability.learned'), unlearned: said('capability.unlearned') }
}
