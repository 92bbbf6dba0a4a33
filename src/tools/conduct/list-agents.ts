import { z } from 'zod'
import { listAgents } from '../../primitives/agent/list.ts'
import { agentHandle, cursor, limit, list, runId, text, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { type AgentRow, agentRow, sayAgentRow } from '../views/agents.ts'
import { typed } from '../views/typed.ts'
import { moreWords } from '../views/words.ts'
import { asOf } from './as-of-field.ts'
import { numberIn } from './list-runs.ts'

const input = z.strictObject({
  requires: list(text(100), 50).describe('Capabilities, all of them').optional(),
  min_proficiency: z.number().min(0).max(1).describe('At least, in each required').optional(),
  exclude: list(agentHandle, 200).describe('Agents to leave out').optional(),
  status: z
    .enum(['active', 'idle', 'working', 'no_worker', 'terminated', 'any'])
    .default('active')
    .describe('Active: not terminated'),
  role: text(100).describe('Role').optional(),
  like: agentHandle.describe('Agent to share capabilities with').optional(),
  min_shared: whole(1, 100).default(1).describe('How many, with like'),
  rank: z.boolean().default(false).describe('Best and freest first; no paging'),
  as_of: asOf,
  run_id: runId,
  limit,
  cursor,
})

const output = z.object({
  run_id: z.string(),
  agents: typed<AgentRow[]>(
    z.array(
      z.looseObject({
        agent_id: z.string(),
        name: z.string().nullable(),
        status: z.string(),
        runner: z.string(),
        capabilities: z.array(z.looseObject({ name: z.string(), proficiency: z.number() })),
        load: z.object({ claimed: z.number(), max: z.number() }),
        success_rate: z.number().nullable().optional(),
      }),
    ),
  ),
  related: z.array(z.string()).optional(),
  next_cursor: z.string().optional(),
})

export const listAgentsTool = defineTool({
  name: 'list_agents',
  title: 'List agents',
  description: 'Find agents of a run: who is there, who can do something, who is free.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async ({ cursor, ...asked }, ctx) => {
    const { session } = ctx
    const more = { after: numberIn(cursor), speaker: speaker(session), machine: session.machine }
    const { run, agents, next, related } = await ctx.read(listAgents, { ...asked, ...more })
    return remember(session, {
      run_id: run.id,
      agents: agents.map(agentRow),
      ...(related.length > 0 ? { related: [...related] } : {}),
      ...(next === undefined ? {} : { next_cursor: String(next) }),
    })
  },
  say: ({ run_id, agents, related, next_cursor }, { requires }) => {
    const near = related ? ` Related capabilities: ${related.join(', ')}.` : ''
    const none = requires?.length
      ? `No agent of ${run_id} fits.${near} spawn_agent makes one with these capabilities.`
      : `No agent of ${run_id} fits.`
    const lines = agents.length === 0 ? [none] : agents.map(sayAgentRow)
    return [...lines, moreWords(next_cursor)].filter((line) => line !== '').join('\n')
  },
})
