import { listTasks } from '../../primitives/task/list.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestRuns } from '../suggestions.ts'
import { taskRow } from '../views/tasks.ts'
import { eventsOfRun, nobody } from './in-run.ts'

/** As many as one page of list_tasks, which has the rest. */
const mostListed = 200

export const tasksResource: ResourceDef = {
  name: 'tasks',
  title: 'Tasks of a run',
  uriTemplate: 'baton://runs/{run_id}/tasks',
  description: 'The first 200 tasks of a run, briefly; list_tasks finds any',
  mimeType: 'application/json',
  read: async ({ run_id }, store) => {
    const query = { run_id, view: 'brief', limit: mostListed, speaker: nobody } as const
    const { run, tasks, total, next } = await store.read(listTasks, query)
    return { run_id: run.id, tasks: tasks.map(taskRow), total, more: next !== undefined }
  },
  completes: { run_id: suggestRuns },
  concerns: (variables, store) => eventsOfRun(variables, store, 'task'),
}
