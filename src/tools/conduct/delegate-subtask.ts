import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { delegate, delegationRun } from '../../primitives/task/commands/delegate.ts'
import type { Plan } from '../../primitives/task/commands/plan.ts'
import { mayPlan } from '../../primitives/task/commands/worker.ts'
import { idempotencyKey, runId, taskHandle } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { type Asking, asked, byPolicy } from './by-policy.ts'
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
  readonly asking: Asking
}

const command = async (tx: Tx, { plan, run_id, idempotency_key: key, speaker, asking }: Given) => {
  const delegation = { ...plan, run_id, speaker }
  const run = await delegationRun(tx, delegation)
  return onceIn(tx, run, { tool: 'delegate_subtask', key, arguments: plan }, async () => {
    const delegated = await delegate(tx, run, delegation)
    const { task_id } = delegated
    const route = (await asked(tx, run, [task_id], asking)).get(task_id)
    return route ? { ...delegated, route } : delegated
  })
}

export const delegateSubtaskTool = defineTool({
  name: 'delegate_subtask',
  title: 'Delegate a subtask',
  description: 'Hand one task to an agent, or to whoever fits, as part of a larger task.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async ({ run_id, idempotency_key, ...fields }, ctx) => {
    const { session } = ctx
    const plan = planOf(fields)
    mayPlan(session.joined, [plan])
    await refuseSchemas([plan], () => '')
    const given = { plan, run_id, idempotency_key, speaker: speaker(session) }
    return byPolicy(session.machine, async (asking) =>
      remember(session, await ctx.execute(command, { ...given, asking })),
    )
  },
  say: ({ task_id, parent_task_id, status, route }) => {
    const under = parent_task_id === null ? '' : ` under ${parent_task_id}`
    const to = route.agent_id === undefined ? route.reason : `${route.agent_id}, ${route.reason}`
    return `Task ${task_id}${under} is ${status}. Route: ${to}. await_responses with this id collects the result.`
  },
})
