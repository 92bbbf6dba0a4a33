import { z } from 'zod'
import { failTask } from '../../primitives/task/commands/report.ts'
import { isoOrNull, runId, text } from '../fields.ts'
import { remember } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { reporter, reportFields, reportOn } from './report-on.ts'
import { alive, here } from './speaking-as.ts'

const input = z.strictObject({
  ...reportFields,
  error: text(20_000).describe('What went wrong'),
  retry: z.boolean().default(true).describe('False: no attempt can succeed'),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  task_id: z.string(),
  status: z.string(),
  retry_at: z.string().nullable(),
})

const fail = alive(failTask)

export const failTaskTool = defineTool({
  name: 'fail_task',
  title: 'Fail a task',
  description:
    'Report that an attempt at a claimed task failed. It is tried again later while attempts are left.',
  toolset: 'work',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    const { session } = ctx
    const { error, retry } = given
    session.shown = true
    const said = { ...reportOn(session, given), error, retry, here: here(session) }
    const answer = await ctx.execute(fail, said, reporter(session, [given]))
    session.settle(answer.task_id)
    return remember(session, { ...answer, retry_at: isoOrNull(answer.retry_at) })
  },
  say: ({ task_id, status, retry_at, attempt, max_attempts }) =>
    status === 'failed'
      ? `${task_id} has failed for good after ${attempt} of ${max_attempts} attempts. What depends on it stays blocked until it is replaced or cancelled.`
      : `${task_id} is ${status} again${retry_at === null ? '' : ` from ${retry_at}`}: attempt ${attempt} of ${max_attempts} failed.`,
})
