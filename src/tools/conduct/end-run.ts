import { z } from 'zod'
import { mustConduct } from '../../primitives/agent/commands/join.ts'
import { endRun } from '../../primitives/run/commands/end.ts'
import { reason, runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({
  outcome: z.enum(['completed', 'failed', 'cancelled']).describe('How it ended'),
  reason,
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  status: z.string(),
  cancelled: z.number().describe('Tasks'),
  stopped: z.number().describe('Agents'),
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
  run: async ({ run_id: named, outcome, reason = null }, ctx) => {
    mustConduct(ctx.session.joined, 'end the run')
    const asked = { run_id: named, outcome, reason, speaker: speaker(ctx.session) }
    const { run_id, cancelled_tasks, stopped_agents } = await ctx.execute(endRun, asked)
    return remember(ctx.session, {
      run_id,
      status: outcome,
      cancelled: cancelled_tasks,
      stopped: stopped_agents,
    })
  },
  say: ({ run_id, status, cancelled, stopped }) =>
    `Run ${run_id} has ended: ${status}. Cancelled ${cancelled} open tasks, stopped ${stopped} agents. Its results can still be read (get_run, list_tasks).`,
})
