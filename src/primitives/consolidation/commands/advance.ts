import type { Tx } from '../../../kernel/ports.ts'
import { countOutcomes } from '../../capability/commands/count.ts'
import type { CapabilityFinding } from '../../capability/events.ts'
import type { Evidence } from '../evidence.ts'
import { consolidationId, consolidationStream } from '../rows.ts'

export type ArmFinding = CapabilityFinding & { readonly arm: string }

export interface Advanced {
  /** False: another consolidation had read on from the same place, so nothing was written. */
  readonly counted: boolean
  readonly learned: readonly ArmFinding[]
  readonly unlearned: readonly ArmFinding[]
}

/** Of events without outcomes, so many are not read again next time. */
const worthNoting = 1_000

/** Counts evidence once: of several processes that read it, the first. */
export const advance = async (tx: Tx, evidence: Evidence): Promise<Advanced> => {
  const { from, to, outcomes, arms, more } = evidence
  const entity = await tx.load(consolidationStream, consolidationId)
  if ((entity?.state.reached ?? 0) !== from) return { counted: false, learned: [], unlearned: [] }
  const learned: ArmFinding[] = []
  const unlearned: ArmFinding[] = []
  for (const { arm, counts } of arms) {
    const change = await countOutcomes(tx, arm, counts)
    learned.push(...change.learned.map((finding) => ({ arm, ...finding })))
    unlearned.push(...change.unlearned.map((finding) => ({ arm, ...finding })))
  }
  // Its own event is one that the next consolidation reads: to note each look would never come to an end.
  if (outcomes === 0 && !more && to - from < worthNoting) return { counted: true, learned, unlearned }
  const events = [{ type: 'consolidation.advanced', data: { from, to, outcomes } }] as const
  if (entity) await tx.append(entity, events)
  else await tx.create(consolidationStream, { id: consolidationId, run: 0 }, events)
  return { counted: true, learned, unlearned }
}
