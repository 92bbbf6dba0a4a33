import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { standings } from '../../primitives/agent/standing.ts'
import type { Machine } from '../../primitives/presence/alive.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { type Audience, broadcast } from '../../primitives/task/commands/broadcast.ts'
import type { Plan } from '../../primitives/task/commands/plan.ts'
import { agentHandle, idempotencyKey, list, runId, text } from '../fields.ts'
import { onceIn, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { capabilityList, context, priority, requires, taskText, title } from './task-fields.ts'

const input = z.strictObject({
  task: taskText.describe('What each is to do'),
  agent_ids: list(agentHandle, 1_000, 1).describe('Or give filter').optional(),
  filter: z
    .strictObject({
      requires: capabilityList.describe('Holding all').optional(),
      role: text(100).describe('With this role').optional(),
      status: z.enum(standings).exclude(['terminated']).describe('Only these').optional(),
    })
    .describe('Living agents; {} is all')
    .optional(),
  title,
  requires,
  priority: priority.describe('Default normal').optional(),
  context,
  run_id: runId,
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  task_ids: z.array(z.string()).describe('As delivered'),
  delivered: z.array(z.string()),
  failed: z.array(z.object({ agent_id: z.string(), code: z.string() })),
})

const audienceOf = ({ agent_ids, filter }: z.output<typeof input>, machine: Machine): Audience => {
  if (agent_ids && !filter) return { agents: agent_ids }
  if (filter && !agent_ids) return { filter, machine }
  throw invalid('agent_ids', 'give either agent_ids or filter', 'filter {} means all living agents.')
}

interface Given {
  readonly run_id: string | undefined
  readonly idempotency_key: string | undefined
  readonly plan: Plan
  readonly audience: Audience
  readonly speaker: Speaker
}

const command = async (tx: Tx, { run_id, idempotency_key: key, plan, audience, speaker }: Given) => {
  const run = await theRun(tx, run_id, speaker)
  const what = {
    tool: 'broadcast_task',
    key,
    arguments: { plan, agents: audience.agents, filter: audience.filter },
  }
  return onceIn(tx, run, what, () => broadcast(tx, run, plan, audience))
}

export const broadcastTaskTool = defineTool({
  name: 'broadcast_task',
  title: 'Broadcast a task',
  description: 'Give several agents the same task, each its own copy, to compare or combine answers.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async (asked, ctx) => {
    const { run_id, idempotency_key, agent_ids: _, filter: __, ...plan } = asked
    const audience = audienceOf(asked, ctx.session.machine)
    const given = { run_id, idempotency_key, plan, audience, speaker: speaker(ctx.session) }
    const { run_id: run, task_ids, delivered, failed } = await ctx.execute(command, given)
    const lists = { task_ids: [...task_ids], delivered: [...delivered], failed: [...failed] }
    return remember(ctx.session, { run_id: run, ...lists })
  },
  say: ({ task_ids, delivered, failed }) => {
    const sent = delivered.map((agent, index) => `${task_ids[index]} to ${agent}`)
    const not = failed.map(({ agent_id, code }) => `${agent_id} (${code})`)
    return [
      sent.length === 0
        ? 'No agent got the task.'
        : `Delivered ${sent.length}: ${sent.slice(0, 12).join(', ')}.`,
      ...(not.length > 0 ? [`Failed ${not.length}: ${not.slice(0, 12).join(', ')}.`] : []),
      sent.length === 0
        ? 'list_agents shows the agents there are; spawn_agent adds one.'
        : 'await_responses with task_ids collects.',
    ].join('\n')
  },
})
