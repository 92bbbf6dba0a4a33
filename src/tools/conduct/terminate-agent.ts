import { z } from 'zod'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { terminate } from '../../primitives/agent/commands/terminate.ts'
import { agentAndRun } from '../../primitives/agent/find.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { turnById, turnsOfAgent } from '../../primitives/turn/queries.ts'
import { agentHandle, reason, runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool, type ToolContext } from '../tool.ts'

const input = z.strictObject({ agent_id: agentHandle.describe('Id or name'), reason, run_id: runId })

const output = z.object({
  run_id: z.string(),
  agent_id: z.string(),
  released_task_ids: z.array(z.string()),
  stopped: z
    .array(z.looseObject({ turn_id: z.string(), task_id: z.string(), how: z.string() }))
    .describe('Turns of it that Baton was taking, and what was ended'),
})

const command = async (tx: Tx, given: z.output<typeof input> & { readonly speaker: Speaker }) => {
  const { joined } = given.speaker
  const { run, agent } = await agentAndRun(tx, given.agent_id, given.run_id, given.speaker)
  if (!joined.includes(agent.id)) mustConduct(joined, 'terminate another agent')
  const turns = (await turnsOfAgent(tx, agent.id)).map(({ id }) => id)
  const released = await terminate(tx, agent, given.reason ?? null)
  return { run_id: run.id, agent_id: agent.id, released_task_ids: [...released], turns }
}

/** How long the servers that take its turns have to end them, ms. */
const patience = 5_000

const endOf = async (db: Reader, id: string) => {
  const turn = await turnById(db, id)
  if (turn?.state.status !== 'ended') return undefined
  const { task, runner, name, stopped, why } = turn.state
  // A turn that was just about to end by itself needed no stopping.
  const what = stopped ?? { how: runner === 'command' ? 'gone' : 'request', ended: [], left: [] }
  return { turn_id: id, task_id: task, runner, name, why, ...what }
}

/** Waits until the turns of a terminated agent have ended, and answers how; what does not answer is said so. */
const stoppedTurns = async ({ read, wait }: ToolContext, turns: readonly string[]) => {
  const look = () =>
    read(async (db) => {
      const found: (Awaited<ReturnType<typeof endOf>> | undefined)[] = []
      for (const id of turns) found.push(await endOf(db, id))
      return found
    }, undefined)
  if (turns.length > 0)
    await wait.until({
      timeoutMs: patience,
      concerns: ({ type }) => type === 'turn.ended',
      attempt: async () => ((await look()).every((end) => end !== undefined) ? true : undefined),
    })
  const ends = await look()
  return turns.map(
    (id, i) =>
      ends[i] ?? {
        turn_id: id,
        task_id: '',
        how: 'unavailable',
        why: 'the server that takes this turn has not answered; the claim is void all the same',
      },
  )
}

export const terminateAgentTool = defineTool({
  name: 'terminate_agent',
  title: 'Terminate an agent',
  description: 'End an agent for good. Its tasks go back and are open to any agent that fits.',
  toolset: 'conduct',
  effect: 'destructive',
  input,
  output,
  run: async (given, ctx) => {
    const { turns, ...done } = await ctx.execute(command, { ...given, speaker: speaker(ctx.session) })
    return remember(ctx.session, { ...done, stopped: await stoppedTurns(ctx, turns) })
  },
  say: ({ agent_id, released_task_ids: released, stopped }) => {
    const tasks =
      released.length === 0
        ? 'It had no open task.'
        : `Back in the run: ${released.slice(0, 12).join(', ')}${released.length > 12 ? `, … ${released.length - 12} more` : ''}.`
    const ended = stopped.map(({ turn_id, how }) => `${turn_id} (${how})`)
    const turns =
      ended.length === 0
        ? 'Baton was taking no turn of it.'
        : `Turns that Baton was taking and has ended: ${ended.join(', ')}.`
    return `Agent ${agent_id} is terminated. ${tasks} ${turns} A session working for it is told lease_lost when it reports.`
  },
})
