import { z } from 'zod'
import { updateTask } from '../../primitives/task/commands/change.ts'
import { agentHandle, runId, taskHandle } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { dependsOn, priority, taskText } from './task-fields.ts'

const input = z.strictObject({
  task_id: taskHandle.describe('Id or key'),
  depends_on: dependsOn.describe('All it waits for from now on').optional(),
  priority: priority.describe('New priority').optional(),
  agent_id: agentHandle.nullable().describe('Only this agent; null: any that fits').optional(),
  task: taskText.describe('New text').optional(),
  run_id: runId,
})

const output = z.object({ run_id: z.string(), task_id: z.string(), status: z.string() })

export const updateTaskTool = defineTool({
  name: 'update_task',
  title: 'Update a task',
  description: 'Change a task that nobody has claimed yet.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) =>
    remember(ctx.session, await ctx.execute(updateTask, { ...given, speaker: speaker(ctx.session) })),
  say: ({ task_id, status }) => `Task ${task_id} is changed; it is ${status}.`,
})
