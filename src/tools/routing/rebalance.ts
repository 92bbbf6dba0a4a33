import { z } from 'zod'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { planRebalance, rebalanceRun } from '../../primitives/routing/commands/rebalance-run.ts'
import type { Rebalancing } from '../../primitives/routing/decide/rebalance.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { runId } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { counted } from '../views/words.ts'

const input = z.strictObject({
  dry_run: z.boolean().default(false).describe('Only tell what would move').optional(),
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  recommended: z.boolean(),
  skew: z.number().describe('Greatest minus least utilisation'),
  skew_after: z.number(),
  moves: z.array(z.object({ task_id: z.string(), from: z.string(), to: z.string() })),
  effect: z.enum(['executed', 'planned']),
})

interface Given {
  readonly run_id: string | undefined
  readonly speaker: Speaker
}

const told = (run_id: string, { moves, ...rest }: Rebalancing) => ({
  run_id,
  ...rest,
  moves: moves.map((move) => ({ ...move })),
})

const plan = async (db: Reader, { run_id, speaker }: Given) => {
  const run = await theRun(db, run_id, speaker)
  return { ...told(run.id, await planRebalance(db, run)), effect: 'planned' as const }
}

const carryOut = async (tx: Tx, { run_id, speaker }: Given) => {
  const run = await theRun(tx, run_id, speaker)
  return { ...told(run.id, await rebalanceRun(tx, run)), effect: 'executed' as const }
}

export const rebalanceTool = defineTool({
  name: 'rebalance',
  title: 'Rebalance waiting work',
  description:
    'Spread tasks that routing gave out and nobody has begun more evenly over the agents. Running and hand-addressed ones stay.',
  toolset: 'routing',
  effect: 'write',
  input,
  output,
  run: async ({ run_id, dry_run = false }, ctx) => {
    const given = { run_id, speaker: speaker(ctx.session) }
    if (dry_run) return remember(ctx.session, await ctx.read(plan, given))
    mustConduct(ctx.session.joined, 'move the work of others')
    return remember(ctx.session, await ctx.execute(carryOut, given))
  },
  say: ({ moves, skew, skew_after, effect }) =>
    moves.length === 0
      ? `Nothing to move: utilisation differs by ${skew.toFixed(2)}.`
      : `${counted(moves.length, 'task')} ${effect === 'executed' ? 'moved' : 'would move'}; utilisation differed by ${skew.toFixed(2)}, then by ${skew_after.toFixed(2)}.`,
})
