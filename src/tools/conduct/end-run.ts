import { z } from 'zod'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { archiveRun } from '../../primitives/run/commands/archive.ts'
import { endRun } from '../../primitives/run/commands/end.ts'
import { reason, runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { counted } from '../views/words.ts'

const input = z.strictObject({
  outcome: z.enum(['completed', 'failed', 'cancelled']).describe('How it ended'),
  reason,
  archive: z.boolean().describe('Move it out of the hot file, to be read only; also later').optional(),
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  status: z.string(),
  cancelled: z.number().describe('Tasks'),
  stopped: z.number().describe('Agents'),
  archived: z.number().describe('Events').optional(),
})

export const endRunTool = defineTool({
  name: 'end_run',
  title: 'End a run',
  description:
    'End a run when its goal is reached or given up: open tasks are cancelled, agents stopped, results stay.',
  toolset: 'conduct',
  effect: 'destructive',
  input,
  output,
  run: async ({ run_id: named, outcome, reason = null, archive }, ctx) => {
    mustConduct(ctx.session.joined, 'end the run')
    const said = speaker(ctx.session)
    const asked = { run_id: named, outcome, reason, again: archive, speaker: said }
    const { run_id, status, cancelled_tasks, stopped_agents } = await ctx.execute(endRun, asked)
    const done = { run_id, status, cancelled: cancelled_tasks, stopped: stopped_agents }
    if (!archive) return remember(ctx.session, done)
    // In a transaction of its own: what is moved is what was committed.
    const { events } = await ctx.execute(archiveRun, { run_id, speaker: said })
    return remember(ctx.session, { ...done, archived: events })
  },
  say: ({ run_id, status, cancelled, stopped, archived }) =>
    `Run ${run_id} has ended: ${status}. Cancelled ${counted(cancelled, 'open task')}, stopped ${counted(stopped, 'agent')}.${archived === undefined ? '' : ` Archived with ${counted(archived, 'event')}: it cannot be rolled back any more.`} Its results can still be read (get_run, list_tasks).`,
})
