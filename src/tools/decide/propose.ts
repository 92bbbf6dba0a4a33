import { z } from 'zod'
import type { Tx } from '../../kernel/ports.ts'
import { type Proposing, propose } from '../../primitives/proposal/commands/propose.ts'
import { rules } from '../../primitives/proposal/terms.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { agentHandle, isoOrNull, list, runId, share, text, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const mostVoters = 500
/** Bounds are checked and left out of the schema that models read, as in fields.ts. */
const amount = (most: number) =>
  z.number().refine((given) => given >= 0 && given <= most, { error: `must be a number from 0 to ${most}` })
const weights = z
  .record(agentHandle, amount(1e9))
  .refine((given) => Object.keys(given).length <= mostVoters, { error: `takes at most ${mostVoters} agents` })

const input = z.strictObject({
  question: text(5_000).describe('What to decide'),
  options: list(text(500), 50, 2).describe('2–50'),
  electorate: list(agentHandle, mostVoters, 1).describe('Default: all living').optional(),
  rule: z.enum(rules).describe('Default majority').optional(),
  quorum: amount(mostVoters).describe('Share or count').optional(),
  threshold: share.describe('To win, 0–1').optional(),
  weights: weights.describe('By agent').optional(),
  deadline_ms: whole(1, 30 * 86_400_000)
    .describe('From now')
    .optional(),
  ties: agentHandle.describe('none, first, or the chair').optional(),
  run_id: runId,
})

const output = z.looseObject({
  run_id: z.string(),
  proposal_id: z.string(),
  task_id: z.string(),
  round: z.number(),
  status: z.string(),
  electorate: z.array(z.string()),
  quorum: z.number(),
  deadline_at: z.string().nullable(),
})

type Asked = z.output<typeof input> & { readonly speaker: Speaker }

/** Whom a tie goes to: a rule's name, or the agent that takes the chair. */
const tieBreak = (ties = 'none'): Pick<Proposing, 'ties' | 'chair'> =>
  ties === 'none' || ties === 'first' ? { ties } : { ties: 'chair', chair: ties }

const put = async (tx: Tx, { run_id, speaker, ties, ...asked }: Asked) =>
  propose(tx, await theRun(tx, run_id, speaker), { ...asked, ...tieBreak(ties) })

export const proposeTool = defineTool({
  name: 'propose',
  title: 'Propose',
  description: 'Put a question to agents. Tasks can depend on its outcome.',
  toolset: 'decide',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    const asked = { ...given, speaker: speaker(ctx.session) }
    const { electorate, deadline_at, ...rest } = await ctx.execute(put, asked)
    const view = { ...rest, electorate: [...electorate], deadline_at: isoOrNull(deadline_at) }
    return remember(ctx.session, view)
  },
  say: ({ proposal_id, task_id, electorate, quorum, deadline_at }) =>
    [
      `${proposal_id} is open to ${electorate.length} voters${quorum > 0 ? `, quorum ${quorum}` : ''}${deadline_at === null ? ', without a deadline' : `, until ${deadline_at}`}.`,
      `Each votes once, by vote with its agent_id. ${task_id} ends done with the outcome, or failed.`,
    ].join('\n'),
})
