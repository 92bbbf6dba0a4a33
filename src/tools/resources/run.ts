import { unknownMachine } from '../../primitives/presence/alive.ts'
import { listRuns } from '../../primitives/run/list.ts'
import { situationOf } from '../../primitives/run/situation.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestRuns } from '../suggestions.ts'
import { runRow, runView } from '../views/runs.ts'
import { counted, cut } from '../views/words.ts'
import { eventsOfRun, nobody } from './in-run.ts'

/** The most open runs that are shown; more are found by list_runs. */
const mostListed = 50

export const runResource: ResourceDef = {
  name: 'run',
  title: 'A run',
  uriTemplate: 'baton://runs/{run_id}',
  description: 'Where a run stands: tasks by status, budgets, busy agents, checkpoints, what to do next',
  mimeType: 'application/json',
  read: async ({ run_id }, store) =>
    runView(
      await store.read(situationOf, {
        run_id,
        speaker: nobody,
        watcher: { session: '', machine: unknownMachine },
      }),
    ),
  list: async (store) => {
    const { runs } = await store.read(listRuns, { status: 'open', limit: mostListed })
    return runs.map(runRow).map(({ run_id, name, goal, open_tasks }) => ({
      uri: `baton://runs/${run_id}`,
      name: name ?? run_id,
      description: `${cut(goal, 120)} (${counted(open_tasks, 'open task')})`,
    }))
  },
  // Only what opens or closes a run: the list is not told anew for each task.
  listChanges: ({ type }) => type === 'run.started' || type === 'run.ended' || type === 'run.restored',
  completes: { run_id: suggestRuns },
  concerns: eventsOfRun,
}
