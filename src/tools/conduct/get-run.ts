import { z } from 'zod'
import type { Reader } from '../../kernel/ports.ts'
import { explainRun } from '../../primitives/decision/explain.ts'
import { lessonsFor, type SimilarLesson } from '../../primitives/lesson/similar.ts'
import { theRun } from '../../primitives/run/find.ts'
import { type SituationQuery, situationOf } from '../../primitives/run/situation.ts'
import { runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { type ChainView, chainView, sayDecisions } from '../views/decisions.ts'
import { sayLessons } from '../views/lessons.ts'
import { type RunView, runView, sayRun } from '../views/runs.ts'
import { typed } from '../views/typed.ts'
import { asOf } from './as-of-field.ts'

const input = z.strictObject({
  run_id: runId,
  as_of: asOf,
  explain: z.boolean().describe('With decisions').optional(),
})

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
  lessons: typed<readonly SimilarLesson[]>(z.array(z.looseObject({}))).optional(),
  decisions: typed<ChainView['decisions']>(z.array(z.looseObject({}))).optional(),
  invite: z.string(),
  last_event_at: z.string(),
})

const runMeant = (db: Reader, { run_id, speaker }: Pick<SituationQuery, 'run_id' | 'speaker'>) =>
  theRun(db, run_id, speaker)

export const getRunTool = defineTool({
  name: 'get_run',
  title: 'Get a run',
  description: 'See where a run stands, its budgets and checkpoints, and what to do next.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async ({ run_id, as_of, explain }, ctx) => {
    const { session } = ctx
    const asked = {
      run_id,
      as_of,
      speaker: speaker(session),
      watcher: { session: session.id, machine: session.machine },
    }
    // Of a run that nobody has named here yet, agents would seem to have no worker that this server is about to be.
    if (as_of === undefined) await ctx.workshop.serve((await ctx.read(runMeant, asked)).id)
    const situation = await ctx.read(situationOf, asked)
    const { id } = situation.run
    const lessons = as_of === undefined ? await ctx.read(lessonsFor, id) : []
    const chain = explain ? chainView(await ctx.read(explainRun, id)) : undefined
    return remember(session, {
      ...runView(situation),
      ...(lessons.length > 0 && { lessons }),
      ...(chain && { decisions: chain.decisions, ...(chain.more && { more_decisions: true }) }),
    })
  },
  say: (result, { as_of }) =>
    [
      sayRun(result as unknown as RunView, as_of),
      ...sayLessons(result.lessons),
      ...(result.decisions ? [sayDecisions(result.decisions)] : []),
    ].join('\n'),
})
