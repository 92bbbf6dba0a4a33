import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { type Ask, orchestrate } from '../../primitives/orchestration/commands/orchestrate.ts'
import { templateNames } from '../../primitives/orchestration/decide/templates.ts'
import { coordinations, modes } from '../../primitives/orchestration/terms.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { titleOf } from '../../primitives/task/commands/plan.ts'
import { type Asking, asked, byPolicy } from '../conduct/by-policy.ts'
import { agentHandle, idempotencyKey, json, list, runId, text, whole } from '../fields.ts'
import { onceInRunOrNew, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { cut } from '../views/words.ts'

const day = 86_400_000

const input = z.strictObject({
  query: text(20_000).describe('What is wanted, in full'),
  mode: z
    .enum(['auto', ...modes])
    .default('auto')
    .describe('Pieces at once, steps with handoff, or a contest over the whole')
    .optional(),
  coordination: z
    .enum(coordinations)
    .describe('Nothing shared, phases with a barrier, or a lead decides')
    .optional(),
  subtasks: list(text(20_000), 50, 1).describe('Pieces or steps; default by template').optional(),
  template: z.enum(templateNames).describe('Steps to use; default by query').optional(),
  agent_ids: list(agentHandle, 20, 1).describe('Who works; default all').optional(),
  lead: agentHandle.describe('Who decides (hierarchical)').optional(),
  quorum: whole(1, 50).describe('Enough done; cancel the rest').optional(),
  timeout_ms: whole(1, 30 * day)
    .describe('Then cancel the rest')
    .optional(),
  context: json.describe('For every agent').optional(),
  experiment: text(100).describe('A/B test that picks how').optional(),
  run_id: runId,
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  orchestration_id: z.string(),
  mode: z.enum(modes),
  coordination: z.enum(coordinations),
  reason: z.string().describe('Why this mode'),
  confidence: z.number().describe('In the mode, 0–1'),
  template: z.string().nullable(),
  task_ids: z.record(z.string(), z.string()).describe('By step'),
  warnings: z.array(z.string()),
})

interface Given {
  readonly run_id: string | undefined
  readonly idempotency_key: string | undefined
  readonly ask: Ask
  readonly speaker: Speaker
  readonly asking: Asking
}

const layOut = async (tx: Tx, { run_id, idempotency_key: key, ask, speaker, asking }: Given) => {
  const what = { tool: 'orchestrate', key, arguments: ask }
  return onceInRunOrNew(tx, { run_id, speaker, goal: titleOf(ask.query) }, what, async (run) => {
    const done = await orchestrate(tx, run, ask)
    await asked(tx, run, Object.values(done.task_ids), asking)
    return done
  })
}

export const orchestrateTool = defineTool({
  name: 'orchestrate',
  title: 'Orchestrate a team',
  description: 'Lay out tasks for a proven way of working; await_responses collects.',
  toolset: 'decide',
  effect: 'write',
  input,
  output,
  run: async ({ run_id, idempotency_key, mode = 'auto', ...rest }, ctx) => {
    const { session } = ctx
    if (rest.experiment !== undefined) mustConduct(session.joined, 'orchestrate for an experiment')
    const given = { run_id, idempotency_key, ask: { ...rest, mode }, speaker: speaker(session) }
    const done = await byPolicy(session.machine, (asking) => ctx.execute(layOut, { ...given, asking }))
    return remember(session, { ...done, task_ids: { ...done.task_ids }, warnings: [...done.warnings] })
  },
  say: ({
    run_id,
    orchestration_id,
    mode,
    coordination,
    reason,
    confidence,
    template,
    task_ids,
    warnings,
  }) => {
    const ids = Object.entries(task_ids).map(([name, id]) => `${name}: ${id}`)
    return [
      `${orchestration_id} in ${run_id}: ${mode}, ${coordination} (${reason}; confidence ${confidence})${template === null ? '' : `, template ${template}`}.`,
      `Tasks: ${cut(ids.join(', '), 1_000)}.`,
      ...warnings.map((warning) => `Warning: ${warning}.`),
      'Next: await_responses with these task_ids; it and get_run tell what came of it.',
    ].join('\n')
  },
})
