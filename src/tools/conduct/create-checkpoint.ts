import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { createCheckpoint } from '../../primitives/checkpoint/commands/create.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { idempotencyKey, json, keptText, runId } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({
  label: keptText(100).describe('Name to return to').optional(),
  state: json.describe('Your notes; rollback gives them back').optional(),
  run_id: runId,
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  checkpoint_id: z.string(),
  label: z.string().nullable(),
  seq: z.number(),
})

const command = async (tx: Tx, given: z.output<typeof input> & { readonly speaker: Speaker }) => {
  const { run_id, idempotency_key: key, speaker, label = null, state = null } = given
  const run = await theRun(tx, run_id, speaker)
  const what = { tool: 'create_checkpoint', key, arguments: { label, state } }
  return onceIn(tx, run, what, async () => {
    const checkpoint = await createCheckpoint(tx, run, { label, state, why: 'asked' })
    return { run_id: run.id, checkpoint_id: checkpoint.id, label, seq: checkpoint.state.position }
  })
}

export const createCheckpointTool = defineTool({
  name: 'create_checkpoint',
  title: 'Create a checkpoint',
  description: 'Mark where the run stands, before something risky, to roll back to.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) =>
    remember(ctx.session, await ctx.execute(command, { ...given, speaker: speaker(ctx.session) })),
  say: ({ run_id, checkpoint_id, label, seq }) =>
    `Checkpoint ${checkpoint_id}${label === null ? '' : ` (${label})`} of ${run_id} stands at seq ${seq}.`,
})
