import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { type Here, showLife } from '../../primitives/presence/commands/show.ts'
import { runById } from '../../primitives/run/find.ts'
import {
  type ClaimInput,
  claimOutlook,
  claimTask,
  nothingToClaim,
} from '../../primitives/task/commands/claim.ts'
import type { ClaimedTask } from '../../primitives/task/hand-over.ts'
import type { NothingToClaim } from '../../primitives/task/nothing-to-claim.ts'
import { agentHandle, leaseMs, longestWait, runId, taskHandle, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool, type ToolContext } from '../tool.ts'
import { claimed, sayClaimed, shown } from './claimed.ts'
import { agentId, here, meantAgent } from './speaking-as.ts'
import { concernsClaims, waiting, whileWaiting } from './waiting.ts'

const input = z.strictObject({
  agent_id: agentHandle.describe('Default: as whom you joined').optional(),
  task_id: taskHandle.describe('Default: the next it can do').optional(),
  wait_ms: whole(0, longestWait).describe('Wait for one, up to 45000').optional(),
  lease_ms: leaseMs,
  takeover: z.boolean().describe('After a restart: the claim it already holds, under a new lease').optional(),
  run_id: runId,
})

interface Claim extends ClaimInput {
  readonly here: Here
  /** How long the call goes on waiting if nothing is there, ms. */
  readonly waitMs: number
  /** Another claim of the same session and agent is waiting. */
  readonly othersWait: boolean
}

/** Claims, and shows in the same transaction that somebody works for this agent, or waits to. */
const claim = async (tx: Tx, asked: Claim): Promise<ClaimedTask | NothingToClaim> => {
  const answer = await claimTask(tx, asked)
  const waits = answer.task === null && asked.waitMs > 0
  const until = waits ? tx.now + asked.waitMs : asked.othersWait ? undefined : 0
  await showLife(tx, answer.agent_id, asked.here, until)
  return answer
}

/** Waits until a claim succeeds; undefined when the time is over. Each try looks before it goes for the lock. */
const waitFor = async (ctx: ToolContext, asked: Claim, { run_id, agent_id }: NothingToClaim) => {
  const run = await ctx.read(runById, run_id)
  // There was no claim to take over; one that appears meanwhile is another call's.
  const next = { ...asked, run_id, agent: agent_id, waitMs: 0, takeover: false }
  return whileWaiting(ctx, agent_id, () => {
    let due: number | undefined
    ctx.wait.progress('waiting for a task')
    return ctx.wait.until({
      timeoutMs: asked.waitMs,
      concerns: concernsClaims(run.no),
      next: () => due,
      attempt: async () => {
        const outlook = await ctx.read(claimOutlook, next)
        due = outlook.due
        if (!outlook.worth) return undefined
        const othersWait = waiting(ctx.session, agent_id) > 1
        const answer = await ctx.execute(claim, { ...next, othersWait }, { as: agent_id })
        return answer.task === null ? undefined : answer
      },
    })
  })
}

export const claimTaskTool = defineTool({
  name: 'claim_task',
  title: 'Claim a task',
  description:
    'Take the next task that an agent can do, under a lease. Report with complete_task before it ends.',
  toolset: 'work',
  effect: 'write',
  input,
  output: claimed,
  run: async (given, ctx) => {
    const { session } = ctx
    const handle = meantAgent(session, given.agent_id)
    const as = await agentId(ctx, handle, given.run_id)
    const asked = {
      run_id: given.run_id,
      agent: as,
      task: given.task_id,
      leaseMs: given.lease_ms,
      takeover: given.takeover ?? false,
      speaker: speaker(session),
      here: here(session),
      machine: session.machine,
      // A named task is there or refused: waiting is for the next one.
      waitMs: given.task_id === undefined ? (given.wait_ms ?? 0) : 0,
      othersWait: waiting(session, as) > 0,
    }
    session.shown = true
    const first = await ctx.execute(claim, asked, { as })
    remember(session, first)
    if (first.task !== null || asked.waitMs === 0) return shown(session, first)
    const later = await waitFor(ctx, asked, first)
    return shown(session, later ?? (await ctx.read(nothingToClaim, asked)))
  },
  say: sayClaimed,
})
