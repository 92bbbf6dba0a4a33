import { z } from 'zod'
import { cancelTask } from '../../primitives/task/commands/change.ts'
import { reason, runId, taskHandle } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({ task_id: taskHandle.describe('Id or key'), reason, run_id: runId })

const output = z.object({ run_id: z.string(), cancelled_task_ids: z.array(z.string()) })

export const cancelTaskTool = defineTool({
  name: 'cancel_task',
  title: 'Cancel a task',
  description:
    'Cancel a task with its subtasks and everything that waits for it. To redo it instead, create one that replaces it.',
  toolset: 'conduct',
  effect: 'destructive',
  input,
  output,
  run: async ({ reason = null, ...given }, ctx) => {
    const asked = { ...given, reason, speaker: speaker(ctx.session) }
    const { run_id, cancelled_task_ids } = await ctx.execute(cancelTask, asked)
    return remember(ctx.session, { run_id, cancelled_task_ids: [...cancelled_task_ids] })
  },
  say: ({ cancelled_task_ids: ids }) =>
    `Cancelled ${ids.length}: ${ids.slice(0, 12).join(', ')}${ids.length > 12 ? `, … ${ids.length - 12} more` : ''}. Whoever was working on one is told lease_lost when it reports.`,
})
