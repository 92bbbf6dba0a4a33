import { z } from 'zod'
import { situationOf } from '../../primitives/run/situation.ts'
import { runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { type RunView, runView, sayRun } from '../views/runs.ts'
import { typed } from '../views/typed.ts'
import { asOf } from './as-of-field.ts'

const input = z.strictObject({ run_id: runId, as_of: asOf })

const output = z.looseObject({
  run_id: z.string(),
  status: z.string(),
  counts: z.record(z.string(), z.number()),
  budgets: typed<RunView['budgets']>(
    z.record(z.string(), z.object({ used: z.number(), limit: z.number().nullable() })),
  ),
  next_actions: typed<RunView['next_actions']>(z.array(z.string())),
  invite: z.string(),
})

export const getRunTool = defineTool({
  name: 'get_run',
  title: 'Get a run',
  description: 'See where a run stands, its budgets and checkpoints, and what to do next.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async ({ run_id, as_of }, ctx) => {
    const { session } = ctx
    const asked = { run_id, as_of, speaker: speaker(session), machine: session.machine }
    return remember(session, runView(await ctx.read(situationOf, asked)))
  },
  say: (result, { as_of }) => sayRun(result as unknown as RunView, as_of),
})
