import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { type Spawn, spawnAgent } from '../../primitives/agent/commands/spawn.ts'
import { runnerKinds } from '../../primitives/agent/events.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { type Here, showLife } from '../../primitives/presence/commands/show.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { mustBeGivable } from '../agent-tools.ts'
import { idempotencyKey, json, list, newHandle, runId, text, whole } from '../fields.ts'
import { onceInRunOrNew, remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { capabilitiesField } from './capabilities-field.ts'
import { profileField, profileOf } from './profile-field.ts'

const input = z.strictObject({
  purpose: text(10_000).describe('What it is for; part of its prompt'),
  name: newHandle.describe('Unique in the run').optional(),
  role: text(100).describe("Default: its profile's").optional(),
  profile: profileField.optional(),
  variables: z.record(z.string(), text(10_000, 0)).describe('Fill {{name}} in the profile').optional(),
  capabilities: capabilitiesField.optional(),
  runner: z.enum(runnerKinds).describe('Default client: an MCP session').optional(),
  runner_options: z
    .strictObject({
      command: text(64).describe('Configured command').optional(),
      model: text(100).describe('Endpoint or group').optional(),
      tools: list(text(64), 30).describe('Baton tools that a model may call').optional(),
      sticky_ms: whole(1_000, 86_400_000).describe('Stays with one endpoint of the group').optional(),
    })
    .describe('By runner')
    .optional(),
  max_concurrent: whole(1, 1_000).describe('Tasks at once; default 5').optional(),
  metadata: z.record(z.string(), json).describe('Your own notes').optional(),
  run_id: runId,
  idempotency_key: idempotencyKey,
})

const output = z.object({
  run_id: z.string(),
  agent_id: z.string(),
  name: z.string().nullable(),
  runner: z.string(),
  prompt: z.string(),
  status: z.string(),
})

interface Given {
  readonly run_id: string | undefined
  readonly idempotency_key: string | undefined
  readonly asked: Spawn
  readonly speaker: Speaker
  /** The workshop that will take its turns. */
  readonly here: Here | undefined
}

const spawn = async (tx: Tx, { run_id, idempotency_key: key, asked, speaker, here }: Given) => {
  const what = { tool: 'spawn_agent', key, arguments: asked }
  return onceInRunOrNew(tx, { run_id, speaker, goal: asked.purpose }, what, async (run) => {
    const { agent, prompt } = await spawnAgent(tx, run, asked)
    const { name, runner } = agent.state
    // A client agent has no process of its own: nothing happens until a session claims for it.
    const worked = runner !== 'client' && here !== undefined
    // Shown with its birth, so that a wait right after this does not find it without a worker.
    if (worked) await showLife(tx, agent.id, here, tx.now + shownFor)
    const status = worked ? 'idle' : 'no_worker'
    return { run_id: run.id, agent_id: agent.id, name, runner, prompt, status }
  })
}

/** How long it counts as worked for without another sign, ms. */
const shownFor = 60_000

export const spawnAgentTool = defineTool({
  name: 'spawn_agent',
  title: 'Spawn an agent',
  description:
    'Add an agent with a persona and capabilities. Baton takes its turns with runner command, model or sampling; else a session must claim its tasks. Opens a run if none is open.',
  toolset: 'conduct',
  effect: 'write',
  input,
  output,
  run: async ({ run_id, idempotency_key, profile, ...rest }, ctx) => {
    // A worker that chooses personas chooses its reviewers.
    mustConduct(ctx.session.joined, 'add an agent')
    const { runner = 'client', runner_options } = rest
    if (runner === 'client' && runner_options)
      throw invalid(
        'runner_options',
        'means nothing to an agent whose turns a session takes',
        'Set runner to command or model, or leave runner_options out.',
      )
    mustBeGivable(runner_options?.tools)
    const problem = ctx.workshop.problemWith(runner, runner_options)
    if (problem) throw problem
    const asked = { ...rest, profile: profile === undefined ? undefined : profileOf(profile) }
    const { here } = ctx.workshop
    const given = { run_id, idempotency_key, asked, speaker: speaker(ctx.session), here }
    const spawned = remember(ctx.session, await ctx.execute(spawn, given))
    if (spawned.runner !== 'client') await ctx.workshop.serve(spawned.run_id)
    return spawned
  },
  say: ({ run_id, agent_id, name, runner }) =>
    runner !== 'client'
      ? `Agent ${agent_id}${name === null ? '' : ` (${name})`} is in run ${run_id}; Baton takes its turns (${runner}).
Next: create_tasks (agent_id "${agent_id}", or capabilities it has), then await_responses.`
      : `Agent ${agent_id}${name === null ? '' : ` (${name})`} is in run ${run_id} and has no worker yet.
Do its turns yourself: claim_task with agent_id "${agent_id}". Or let another window do them; paste this line there:
Call join_as_agent of Baton with run_id "${run_id}" and agent_id "${agent_id}", then repeat claim_task (wait_ms 30000), do the task, complete_task.`,
})
