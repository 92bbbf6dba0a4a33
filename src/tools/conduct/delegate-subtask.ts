import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { delegate, delegationRun } from '../../primitives/task/commands/delegate.ts'
import type { Plan } from '../../primitives/task/commands/plan.ts'
import { idempotencyKey, runId, taskHandle } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { refuseSchemas } from './refuse-schemas.ts'
import { planOf, taskFields } from './task-fields.ts'

const input = z.strictObject({
  ...taskFields,
  parent_task_id: taskHandle.describe('Task it is part of; default: the one a worker holds').optional(),
  run_id: runId,
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  task_id: z.string(),
  parent_task_id: z.string().nullable(),
  status: z.string(),
  route: z.object({ agent_id: z.string().optional(), reason: z.string() }),
})

interface Given {
  readonly plan: Plan
  readonly run_id: string | undefined
  readonly idempotency_key: string | undefined
  readonly speaker: Speaker
}

const command = async (tx: Tx, { plan, run_id, idempotency_key: key, speaker }: Given) => {
  const asked = { ...plan, run_id, speaker }
  const run = await delegationRun(tx, asked)
  return onceIn(tx, run, { tool: 'delegate_subtask', key, arguments: plan }, () => delegate(tx, run, asked))
}

export const delegateSubtaskTool = defineTool({
  name: 'delegate_subtask',
  title: 'Delegate a subtask',
  description: 'Hand one task to an agent, or to whoever fits, as part of a larger task.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async ({ run_id, idempotency_key, ...asked }, ctx) => {
    const plan = planOf(asked)
    await refuseSchemas([plan], () => '')
    const given = { plan, run_id, idempotency_key, speaker: speaker(ctx.session) }
    return remember(ctx.session, await ctx.execute(command, given))
  },
  say: ({ task_id, parent_task_id, status, route }) => {
    const under = parent_task_id === null ? '' : ` under ${parent_task_id}`
    const to = route.agent_id === undefined ? route.reason : `${route.agent_id}, ${route.reason}`
    return `Task ${task_id}${under} is ${status}. Route: ${to}. await_responses with this id collects the result.`
  },
})
