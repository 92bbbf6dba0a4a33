import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { type Join, joinAsAgent } from '../../primitives/agent/commands/join.ts'
import { agentAndRun } from '../../primitives/agent/find.ts'
import { type Here, showLife } from '../../primitives/presence/commands/show.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { agentHandle, list, newHandle, runId, share, text } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { here } from './speaking-as.ts'

const capability = text(100).describe('e.g. sql')

const input = z.strictObject({
  agent_id: agentHandle.describe('Default: one without a worker, else a new one').optional(),
  name: newHandle.describe('Makes a new agent').optional(),
  capabilities: list(z.union([capability, z.strictObject({ name: capability, proficiency: share })]), 100)
    .describe('What you can do')
    .optional(),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  agent_id: z.string(),
  name: z.string().nullable(),
  goal: z.string(),
  prompt: z.string(),
  also_without_worker: z.array(z.string()).optional(),
})

/** The most agents without a worker that are named. */
const mostNamed = 10

interface Given extends Join {
  readonly run_id: string | undefined
  readonly speaker: Speaker
  readonly here: Here
}

const join = async (tx: Tx, given: Given) => {
  const { run_id, speaker, agent: handle } = given
  const run =
    handle === undefined
      ? await theRun(tx, run_id, speaker)
      : (await agentAndRun(tx, handle, run_id, speaker)).run
  const { agent, prompt, others } = await joinAsAgent(tx, run, given)
  await showLife(tx, agent.id, given.here)
  const joined = { run_id: run.id, agent_id: agent.id, name: agent.state.name, goal: run.state.goal, prompt }
  if (others.length === 0) return joined
  return {
    ...joined,
    also_without_worker: others.slice(0, mostNamed).map(({ id, state }) => state.name ?? id),
  }
}

export const joinAsAgentTool = defineTool({
  name: 'join_as_agent',
  title: 'Join as an agent',
  description:
    'Become the worker of an agent in a run; this session then claims as that agent only. Do this before claim_task.',
  toolset: 'work',
  effect: 'write',
  input,
  output,
  run: async ({ agent_id: agent, name, capabilities, run_id }, ctx) => {
    const { session } = ctx
    const asked = { agent, name, capabilities, run_id, session: session.id, machine: session.machine }
    const given = { ...asked, speaker: speaker(session), here: here(session) }
    session.shown = true
    const joined = await ctx.execute(join, given)
    const before = session.joined.indexOf(joined.agent_id)
    if (before >= 0) session.joined.splice(before, 1)
    // The last one joined is who claims by default.
    session.joined.push(joined.agent_id)
    return remember(session, joined)
  },
  say: ({ run_id, agent_id, name, goal, prompt, also_without_worker: others }) =>
    `You are ${agent_id}${name === null ? '' : ` (${name})`} in run ${run_id}.
Goal: ${goal}
Next: claim_task with wait_ms 30000, do the task, complete_task; repeat until no task is left.${others ? `\nAlso without a worker: ${others.join(', ')}.` : ''}

${prompt}`,
})
