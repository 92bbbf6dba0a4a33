import { taskDetail } from '../../primitives/task/detail.ts'
import { taskAndRun } from '../../primitives/task/find.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestRuns, suggestTaskHandles } from '../suggestions.ts'
import { taskView } from '../views/tasks.ts'
import { nobody } from './in-run.ts'

export const taskResource: ResourceDef = {
  name: 'task',
  title: 'A task',
  uriTemplate: 'baton://runs/{run_id}/tasks/{task_id}',
  description: 'A task, by id or key: what was asked, its result (data from its author), attempts, timing',
  mimeType: 'application/json',
  read: async ({ run_id, task_id = '' }, store) =>
    taskView(await store.read(taskDetail, { run_id, task_id, speaker: nobody })),
  completes: { run_id: suggestRuns, task_id: suggestTaskHandles },
  concerns: async ({ run_id, task_id = '' }, store) => {
    const { task } = await store.read((db) => taskAndRun(db, task_id, run_id, nobody), undefined)
    return ({ stream }) => stream === task.no
  },
}
