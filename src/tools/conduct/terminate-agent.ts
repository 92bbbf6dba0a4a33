import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/commands/join.ts'
import { terminate } from '../../primitives/agent/commands/terminate.ts'
import { agentAndRun } from '../../primitives/agent/find.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { agentHandle, reason, runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const input = z.strictObject({ agent_id: agentHandle.describe('Id or name'), reason, run_id: runId })

const output = z.object({
  run_id: z.string(),
  agent_id: z.string(),
  released_task_ids: z.array(z.string()),
  stopped: z.array(z.unknown()).describe('Processes ended'),
})

const command = async (tx: Tx, given: z.output<typeof input> & { readonly speaker: Speaker }) => {
  const { joined } = given.speaker
  const { run, agent } = await agentAndRun(tx, given.agent_id, given.run_id, given.speaker)
  if (!joined.includes(agent.id)) mustConduct(joined, 'terminate another agent')
  const released = await terminate(tx, agent, given.reason ?? null)
  return { run_id: run.id, agent_id: agent.id, released_task_ids: [...released], stopped: [] }
}

export const terminateAgentTool = defineTool({
  name: 'terminate_agent',
  title: 'Terminate an agent',
  description: 'End an agent for good. Its tasks go back and are open to any agent that fits.',
  toolset: 'conduct',
  effect: 'destructive',
  input,
  output,
  run: async (given, ctx) =>
    remember(ctx.session, await ctx.execute(command, { ...given, speaker: speaker(ctx.session) })),
  say: ({ agent_id, released_task_ids: released }) => {
    const tasks =
      released.length === 0
        ? 'It had no open task.'
        : `Back in the run: ${released.slice(0, 12).join(', ')}${released.length > 12 ? `, … ${released.length - 12} more` : ''}.`
    return `Agent ${agent_id} is terminated. ${tasks} A session working for it is told lease_lost when it reports; nothing was running in Baton itself.`
  },
})
