import type { Recorded } from '../../kernel/event.ts'
import type { EntityRow, StreamDef, Tally } from '../../kernel/stream.ts'
import { outcomesOf } from './decide/learned.ts'
import type { OrchestrationEvent } from './events.ts'
import { evolveOrchestration, goesOn, type OrchestrationState } from './state.ts'

/** How a mode fared with a kind of query: measured, so that no rollback unlearns it. */
const measured = (
  before: OrchestrationState | undefined,
  event: Recorded<OrchestrationEvent>,
): readonly Tally[] => {
  if (event.type !== 'orchestration.ended' || !before || before.counted) return []
  const scope = outcomesOf(before.kind)
  const { quality } = event.data
  const ended = { scope, name: `${before.mode}.n`, by: 1 }
  if (quality === null) return [ended]
  return [
    ended,
    { scope, name: `${before.mode}.scored`, by: 1 },
    { scope, name: `${before.mode}.quality`, by: quality },
  ]
}

export const orchestrationStream: StreamDef<OrchestrationState, OrchestrationEvent> = {
  kind: 'orchestration',
  evolve: evolveOrchestration,
  columnNames: ['status', 'deadline'],
  columns: (s) => ({ status: s.status, deadline: s.status === 'open' ? s.deadline : null }),
  // It waits for its tasks as a task waits for others: whoever ends one finds it by the same look.
  edges: (s) => (goesOn(s) ? s.steps.map((step) => step.task_id) : []),
  standing: () => [],
  measured,
  revived: (state) => state,
  undone: (state) => ({ ...state, status: 'undone' }),
}

/** The orchestration table as queries see it. */
export interface OrchestrationTables {
  orchestration: EntityRow & {
    status: string
    deadline: number | null
  }
}

export const orchestrationIndexes = [
  'create index orchestration_of_run on orchestration (run, no)',
  'create index orchestration_deadline on orchestration (deadline) where deadline is not null',
  'create index orchestration_status on orchestration (status, no)',
]
