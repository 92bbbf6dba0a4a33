import { explainRun } from '../../primitives/decision/explain.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestRuns } from '../suggestions.ts'
import { chainView } from '../views/decisions.ts'
import { eventsOfRun } from './in-run.ts'

/** Kinds of events among which decisions are. */
const kinds = ['decision', 'proposal', 'run', 'policy', 'agent', 'task'] as const

export const decisionsResource: ResourceDef = {
  name: 'decisions',
  title: 'Decisions of a run',
  uriTemplate: 'baton://runs/{run_id}/decisions',
  description: 'The newest 100 decisions of a run in order, each with its reason and outcome',
  mimeType: 'application/json',
  read: async ({ run_id = '' }, store) => chainView(await store.read(explainRun, run_id)),
  completes: { run_id: suggestRuns },
  concerns: (variables, store) => eventsOfRun(variables, store, ...kinds),
}
