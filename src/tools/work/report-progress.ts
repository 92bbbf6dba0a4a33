import { z } from 'zod'
import { reportProgress } from '../../primitives/task/commands/report.ts'
import { iso, runId, text } from '../fields.ts'
import { remember } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { reporter, reportFields, reportOn } from './report-on.ts'
import { alive, here } from './speaking-as.ts'

const input = z.strictObject({
  ...reportFields,
  note: text(2_000).describe('What is done so far').optional(),
  percent: z.number().min(0).max(100).describe('Done, 0–100').optional(),
  run_id: runId,
})

const output = z.looseObject({ run_id: z.string(), task_id: z.string(), lease_ends_at: z.string() })

const report = alive(reportProgress)

export const reportProgressTool = defineTool({
  name: 'report_progress',
  title: 'Report progress',
  description: 'Tell how far a claimed task is, and keep its lease. Use it during long work.',
  toolset: 'work',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    const { session } = ctx
    session.shown = true
    const said = { note: given.note ?? null, percent: given.percent ?? null, here: here(session) }
    const answer = await ctx.execute(
      report,
      { ...reportOn(session, given), ...said },
      reporter(session, [given]),
    )
    return remember(session, { ...answer, lease_ends_at: iso(answer.lease_ends_at) })
  },
  say: ({ task_id, lease_ends_at }) => `${task_id} is yours until ${lease_ends_at}.`,
})
