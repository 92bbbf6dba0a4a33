import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { type Here, showLife } from '../../primitives/presence/commands/show.ts'
import { type VoteAnswer, type VoteInput, vote } from '../../primitives/proposal/commands/vote.ts'
import { agentHandle, list, runId, share, text, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { sayProposal } from '../views/proposals.ts'
import { typed } from '../views/typed.ts'
import { agentId, here, meantAgent } from '../work/speaking-as.ts'

const input = z.strictObject({
  proposal_id: text(40).describe('From propose'),
  agent_id: agentHandle.describe('Default: joined').optional(),
  choice: text(500).describe('One option').optional(),
  ranking: list(text(500), 50, 1).describe('Best first, or all approved').optional(),
  abstain: z.boolean().describe('For no option').optional(),
  confidence: share.optional(),
  rationale: text(5_000).describe('Why').optional(),
  round: whole(1, 1e9).describe('As told: guards against a rollback').optional(),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  proposal_id: z.string(),
  round: z.number(),
  status: z.string(),
  decided: z.boolean(),
  tally: typed<VoteAnswer['tally']>(
    z.looseObject({ counts: z.array(z.object({ option: z.string(), votes: z.number() })) }),
  ),
  waiting: z.array(z.string()),
  outcome: z.string().optional(),
  why: z.string().optional(),
  unblocked_task_ids: z.array(z.string()),
})

const castVote = async (tx: Tx, given: VoteInput & { readonly here: Here }) => {
  const answer = await vote(tx, given)
  if (!('refusal' in answer)) await showLife(tx, answer.agent_id, given.here)
  return answer
}

export const voteTool = defineTool({
  name: 'vote',
  title: 'Vote',
  description: 'Vote once on a proposal as one of its electorate.',
  toolset: 'decide',
  effect: 'write',
  input,
  output,
  run: async ({ agent_id, ...given }, ctx) => {
    const { session } = ctx
    const agent = await agentId(ctx, meantAgent(session, agent_id), given.run_id)
    const asked = { ...given, agent, speaker: speaker(session), here: here(session) }
    const answer = await ctx.execute(castVote, asked, { as: agent })
    // What it leaves in the log is committed by now.
    if ('refusal' in answer) throw answer.refusal
    session.shown = true
    const { unblocked_task_ids: freed, waiting, ...view } = answer
    return remember(session, { ...view, waiting: [...waiting], unblocked_task_ids: [...freed] })
  },
  say: (result) => {
    const { unblocked_task_ids: freed } = result
    const ready = freed.length > 0 ? `\nReady now: ${freed.join(', ')}.` : ''
    return `${sayProposal(result as unknown as VoteAnswer)}${ready}`
  },
})
