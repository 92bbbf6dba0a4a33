import { z } from 'zod'
import { taskDetail } from '../../primitives/task/detail.ts'
import { runId, taskHandle, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { sayTask, type TaskView, taskView } from '../views/tasks.ts'
import { typed } from '../views/typed.ts'

const input = z.strictObject({
  task_id: taskHandle.describe('Id or key'),
  offset: whole(0, 1_000_000_000).default(0).describe('Characters of a long result to skip'),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  task_id: z.string(),
  key: z.string().nullable(),
  task: z.string(),
  status: z.string(),
  verification: z.string(),
  result: z.unknown().optional(),
  author: z.string().nullable().optional(),
  attempts: typed<TaskView['attempts']>(
    z.array(
      z.looseObject({
        attempt: z.number(),
        agent_id: z.string(),
        claimed_at: z.string(),
        ended_at: z.string().nullable(),
        outcome: z.string(),
        error: z.string().nullable(),
      }),
    ),
  ),
  timing: typed<TaskView['timing']>(z.record(z.string(), z.unknown())),
})

export const getTaskTool = defineTool({
  name: 'get_task',
  title: 'Get a task',
  description: 'Read all of one task: what was asked, its result, attempts, timing, and what it waits for.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async (asked, ctx) =>
    remember(ctx.session, taskView(await ctx.read(taskDetail, { ...asked, speaker: speaker(ctx.session) }))),
  say: (result, { offset }) => sayTask(result as unknown as TaskView, offset),
})
