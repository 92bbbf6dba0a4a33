import { z } from 'zod'
import { once } from '../../kernel/idempotency.ts'
import type { Tx } from '../../kernel/ports.ts'
import { lessonsFor, type SimilarLesson } from '../../primitives/lesson/similar.ts'
import { startRun } from '../../primitives/run/commands/conduct.ts'
import { idempotencyKey, keptText, text } from '../fields.ts'
import { invite } from '../invite.ts'
import { remember } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { sayLessons } from '../views/lessons.ts'
import { typed } from '../views/typed.ts'
import { settingsField } from './settings-field.ts'

const input = z.strictObject({
  goal: text(10_000).describe('What is to be reached'),
  name: keptText(100).describe('Short name').optional(),
  settings: settingsField.optional(),
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  invite: z.string(),
  lessons: typed<readonly SimilarLesson[]>(z.array(z.looseObject({}))).optional(),
})

const start = async (tx: Tx, given: z.output<typeof input>) => {
  const { idempotency_key: key, ...asked } = given
  // No run exists yet, so the key's scope is the file. A run as such is never rolled back.
  return once(
    tx,
    0,
    { tool: 'start_run', key, arguments: asked },
    () => false,
    async () => {
      const run = await startRun(tx, asked)
      return { run_id: run.id, invite: invite(run.id, run.state.goal) }
    },
  )
}

export const startRunTool = defineTool({
  name: 'start_run',
  title: 'Start a run',
  description: 'Open a run: a goal with its own agents, tasks and checkpoints. Do this first for new work.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    const started = remember(ctx.session, await ctx.execute(start, given))
    const lessons = await ctx.read(lessonsFor, started.run_id)
    return { ...started, ...(lessons.length > 0 && { lessons }) }
  },
  say: ({ run_id, invite, lessons }) =>
    [
      ...sayLessons(lessons),
      `Run ${run_id} is open. Next: spawn_agent for each worker, create_tasks, then await_responses. To let another window work on it, paste this invite there:\n${invite}`,
    ].join('\n'),
})
