import type { Tx } from '../../../src/kernel/ports.ts'
import type { StreamDef } from '../../../src/kernel/stream.ts'
import { type ArmOutcome, armTallies, placeOf } from '../../../src/primitives/routing/arm.ts'
import type { Features } from '../../../src/primitives/routing/decide/features.ts'

export interface Attempt {
  readonly arm: string
  readonly of: Features
  readonly outcome: ArmOutcome
}

/** A stream that measures outcomes as tasks will. */
export const attempts: StreamDef<{ n: number }, { readonly type: 'attempt.ended'; readonly data: Attempt }> =
  {
    kind: 'attempt',
    evolve: (state) => ({ n: (state?.n ?? 0) + 1 }),
    columnNames: [],
    columns: () => ({}),
    standing: () => [],
    measured: (_before, { data }) => armTallies(placeOf(data.arm, data.of), data.outcome),
    revived: (state) => state,
    undone: (state) => state,
  }

/** Records how attempts ended. */
export const note = async (tx: Tx, past: readonly Attempt[]) => {
  const events = past.map((data) => ({ type: 'attempt.ended' as const, data }))
  await tx.create(attempts, { id: `try_${tx.head}` }, events)
}

export const call = { actor: { session: 'ses_1', client: 'test' }, correlation: 'call_1' }
