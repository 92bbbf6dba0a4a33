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
  goal: z.string(),
  status: z.string(),
  paused: z.boolean(),
  strategy: typed<RunView['strategy']>(
    z.object({ version: z.number(), strategy: z.string(), rationale: z.string() }).nullable(),
  ),
  counts: z.record(z.string(), z.number()),
  budgets: typed<RunView['budgets']>(
    z.record(z.string(), z.object({ used: z.number(), limit: z.number().nullable() })),
  ),
  busy_agents: typed<RunView['busy_agents']>(
    z.array(z.object({ agent_id: z.string(), task_ids: z.array(z.string()) })),
  ),
  checkpoints: typed<RunView['checkpoints']>(
    z.array(z.looseObject({ checkpoint_id: z.string(), label: z.string().nullable() })),
  ),
  orchestrations: typed<NonNullable<RunView['orchestrations']>>(
    z.array(z.looseObject({ orchestration_id: z.string(), status: z.string() })),
  ).optional(),
  next_actions: typed<RunView['next_actions']>(z.array(z.string())),
  invite: z.string(),
  last_event_at: z.string(),
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
    const asked = {
      run_id,
      as_of,
      speaker: speaker(session),
      watcher: { session: session.id, machine: session.machine },
    }
    return remember(session, runView(await ctx.read(situationOf, asked)))
  },
  say: (result, { as_of }) => sayRun(result as unknown as RunView, as_of),
})
