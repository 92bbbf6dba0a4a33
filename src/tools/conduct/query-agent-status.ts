import { z } from 'zod'
import { statusOfAgent } from '../../primitives/agent/status.ts'
import { agentHandle, runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { type AgentView, agentView, sayAgent } from '../views/agents.ts'

const input = z.strictObject({ agent_id: agentHandle.describe('Id or name'), run_id: runId })

const output = z.looseObject({
  run_id: z.string(),
  agent_id: z.string(),
  status: z.string(),
  health: z.string(),
  running_task_ids: z.array(z.string()),
  success_rate: z.number().nullable(),
  outcomes: z.object({ done: z.number(), failed: z.number() }),
  mean_duration_ms: z.number().nullable(),
  last_seen_at: z.string().nullable(),
})

export const queryAgentStatusTool = defineTool({
  name: 'query_agent_status',
  title: 'Query an agent',
  description: 'See what an agent is doing, whether anybody works for it, and how well it did.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async (asked, ctx) => {
    const { session } = ctx
    const query = { ...asked, speaker: speaker(session), machine: session.machine }
    return remember(session, agentView(await ctx.read(statusOfAgent, query)))
  },
  say: (result) => sayAgent(result as unknown as AgentView),
})
