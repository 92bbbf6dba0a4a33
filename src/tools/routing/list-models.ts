import { z } from 'zod'
import type { Reader } from '../../kernel/ports.ts'
import type { Savings } from '../../primitives/model/decide-savings.ts'
import { listModels, type ModelQuery, savingsOf } from '../../primitives/model/list.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { numberIn } from '../conduct/list-runs.ts'
import { cursor, limit, runId, text } from '../fields.ts'
import { speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { type ModelRow, modelRow, sayModelRow, saySavings } from '../views/models.ts'
import { typed } from '../views/typed.ts'
import { moreWords } from '../views/words.ts'
import { specialityName } from './register-model.ts'
import { runAtHand } from './run-at-hand.ts'

const input = z.strictObject({
  kind: z.enum(['gpu', 'cpu', 'api']).describe('Where it runs').optional(),
  speciality: text(50).describe('What it is good at').optional(),
  group: text(100).describe('Group').optional(),
  limit,
  cursor,
  run_id: runId,
})

const output = z.object({
  run_id: z.string().optional(),
  models: typed<ModelRow[]>(
    z.array(
      z.looseObject({
        name: z.string(),
        model: z.string(),
        host: z.string(),
        health: z.string(),
        n: z.number(),
        breaker: z.looseObject({ state: z.string() }),
        load: z.object({ in_flight: z.number(), max: z.number() }),
        origin: z.string(),
      }),
    ),
  ),
  savings: typed<readonly Savings[]>(
    z.array(z.looseObject({ of: z.string(), cheapest: z.string().nullable() })),
  )
    .describe('Where several can stand in for each other')
    .optional(),
  next_cursor: z.string().optional(),
})

const query = async (db: Reader, asked: ModelQuery & { run_id: string | undefined; speaker: Speaker }) => ({
  run: await runAtHand(db, asked.run_id, asked.speaker),
  ...(await listModels(db, asked)),
  // Of all of them, so once: with the first page.
  savings: asked.after === undefined ? await savingsOf(db, asked) : [],
})

export const listModelsTool = defineTool({
  name: 'list_models',
  title: 'List model endpoints',
  description:
    'Find the model endpoints there are: what each is for, its price, health, breaker and load, and what the cheapest saves.',
  toolset: 'routing',
  effect: 'read',
  input,
  output,
  run: async ({ cursor, run_id, speciality, ...asked }, ctx) => {
    const { run, models, next, savings } = await ctx.read(query, {
      ...asked,
      speciality: speciality === undefined ? undefined : specialityName(speciality),
      after: numberIn(cursor),
      run_id,
      speaker: speaker(ctx.session),
    })
    if (run_id !== undefined) ctx.session.run = run
    return {
      ...(run === undefined ? {} : { run_id: run }),
      models: models.map(modelRow),
      ...(savings.length > 0 && { savings }),
      ...(next === undefined ? {} : { next_cursor: String(next) }),
    }
  },
  say: ({ models, savings = [], next_cursor }) => {
    if (models.length === 0)
      return 'There is no such model endpoint. register_model names one; the owner can name others in the configuration.'
    return [...models.map(sayModelRow), ...savings.map(saySavings), moreWords(next_cursor)]
      .filter((line) => line !== '')
      .join('\n')
  },
})
