import type { StreamDef } from '../../kernel/stream.ts'
import type { BreakerEvent } from './events.ts'
import { type BreakerState, evolveBreaker } from './state.ts'

/** One stream a subject, whose id is the subject. It belongs to no run: what is down is down for all of them. */
export const breakerStream: StreamDef<BreakerState, BreakerEvent> = {
  kind: 'breaker',
  evolve: evolveBreaker,
  columnNames: ['tripped'],
  columns: (state) => ({ tripped: state.status === 'closed' ? null : state.status }),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
}

/** The breaker table as queries see it. */
export interface BreakerTables {
  breaker: { no: number; id: string; tripped: 'open' | 'half_open' | null }
}

export const breakerIndexes = [
  'create index breaker_tripped on breaker (tripped, no) where tripped is not null',
]
