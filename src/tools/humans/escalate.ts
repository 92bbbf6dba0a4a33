import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { askPerson } from '../../primitives/escalation/commands/ask.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { type Priority, priorities } from '../../primitives/task/priority.ts'
import { idempotencyKey, list, runId, taskHandle, text } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({
  question: text(4_000).describe('What a person is to decide, with what they need to know'),
  task_id: taskHandle.describe('The task it is about; default: the run').optional(),
  options: list(text(200), 20).describe('Answers to choose from').optional(),
  severity: z.enum(priorities).default('normal').describe('How pressing it is'),
  run_id: runId,
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  escalation_id: z.string(),
  opened: z.boolean().describe('False: it waits already'),
})

interface Given {
  readonly question: string
  readonly task_id: string | undefined
  readonly options: readonly string[]
  readonly severity: Priority
  readonly run_id: string | undefined
  readonly key: string | undefined
  readonly speaker: Speaker
}

const ask = async (tx: Tx, given: Given) => {
  const { question, task_id, options, severity, key } = given
  const run = await theRun(tx, given.run_id, given.speaker)
  const asked = { question, task_id, options, severity }
  return onceIn(tx, run, { tool: 'escalate', key, arguments: asked }, async () => {
    const { escalation, opened } = await askPerson(tx, run, asked)
    return { run_id: run.id, escalation_id: escalation.id, opened }
  })
}

export const escalateTool = defineTool({
  name: 'escalate',
  title: 'Ask a person',
  description:
    'Put a question to a person. It waits in list_escalations, and is shown where the client can ask.',
  toolset: 'humans',
  effect: 'write',
  input,
  output,
  run: async ({ idempotency_key: key, options = [], task_id, ...given }, ctx) => {
    const asked = { ...given, task_id, options, key, run_id: given.run_id, speaker: speaker(ctx.session) }
    return remember(ctx.session, await ctx.execute(ask, asked))
  },
  say: ({ escalation_id, opened }) =>
    opened
      ? `${escalation_id} waits for a person; await_responses, get_run and list_escalations show the answer.`
      : `The same question waits already: ${escalation_id}.`,
})
