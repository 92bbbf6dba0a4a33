import { z } from 'zod'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { modifyStrategy } from '../../primitives/run/commands/conduct.ts'
import { runId, text } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({
  strategy: text(20_000).describe('How you go about it from now on'),
  rationale: text(5_000).describe('Why'),
  run_id: runId,
})

const output = z.object({ run_id: z.string(), version: z.number() })

export const modifyStrategyTool = defineTool({
  name: 'modify_strategy',
  title: 'Modify the strategy',
  description: 'Record a change of approach, versioned, with why. get_run shows it to whoever goes on.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    mustConduct(ctx.session.joined, 'change the strategy')
    return remember(
      ctx.session,
      await ctx.execute(modifyStrategy, { ...given, speaker: speaker(ctx.session) }),
    )
  },
  say: ({ run_id, version }) =>
    `Strategy version ${version} of ${run_id} is recorded. Open tasks are as they were: update_task, cancel_task and create_tasks bring the plan in line.`,
})
