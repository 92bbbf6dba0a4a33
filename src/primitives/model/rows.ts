import type { StreamDef } from '../../kernel/stream.ts'
import type { ModelEvent } from './events.ts'
import { evolveModel, type ModelState } from './state.ts'

/** One stream a name, whatever stood under it. It belongs to no run: endpoints are the file's. */
export const modelStream: StreamDef<ModelState, ModelEvent> = {
  kind: 'model',
  evolve: evolveModel,
  columnNames: ['name', 'pool', 'status'],
  columns: ({ endpoint, status }) => ({
    name: endpoint.name,
    pool: status === 'registered' ? endpoint.group : null,
    status,
  }),
  standing: () => [],
  revived: (state) => state,
  undone: (state) => state,
  timeless: true,
}

/** The model table as queries see it. `pool`: the group of an endpoint that is registered. */
export interface ModelTables {
  model: { no: number; id: string; name: string; pool: string | null; status: 'registered' | 'removed' }
}

export const modelIndexes = [
  'create unique index model_name on model (name)',
  'create index model_pool on model (pool, no) where pool is not null',
  'create index model_status on model (status, no)',
]
