import { z } from 'zod'
import { Failure, invalid } from '../../errors.ts'
import { decideContinue } from '../../primitives/judging/decide/continuing.ts'
import { liveOf, overRun } from '../../primitives/judging/live.ts'
import { loadConditions } from '../../primitives/policy/ready.ts'
import { json, runId, share, text, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'

const limits = z.strictObject({
  max_rounds: whole(1, 1_000_000).optional(),
  max_ms: whole(1, 31_536_000_000).optional(),
  min_improvement: share.optional(),
  patience: whole(1, 1_000_000).optional(),
})

const input = z.strictObject({
  condition: text(4_000)
    .describe('CEL over track_metrics names, rounds, elapsed_ms, best_score, open_tasks, done, failed')
    .optional(),
  limits: z
    .record(z.string(), json)
    .pipe(limits)
    .describe('{max_rounds, max_ms, patience, min_improvement}')
    .optional(),
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  continue: z.boolean().nullable().describe('Null: insufficient data'),
  reason: z.string(),
  values: z.record(z.string(), z.number().nullable()).describe('Null: no samples'),
  missing: z.array(z.string()),
})

/** What each limit looks at. */
const lookedAt = {
  max_rounds: 'rounds',
  max_ms: 'elapsed_ms',
  patience: 'rounds_without_improvement',
} as const

export const shouldContinueTool = defineTool({
  name: 'should_continue',
  title: 'Decide whether to go on',
  description: 'Ask before another round whether to go on.',
  toolset: 'decide',
  effect: 'read',
  input,
  output,
  run: async ({ condition, limits = {}, run_id }, ctx) => {
    const { min_improvement, ...stops } = limits
    if (condition === undefined && Object.values(stops).every((limit) => limit === undefined))
      throw invalid('condition', 'neither a condition nor a limit was given', 'Give one, such as rounds < 5.')
    const over = condition === undefined ? undefined : overRun(condition, await loadConditions())
    if (over instanceof Failure) throw over
    const used = [
      ...(over?.used ?? []),
      ...Object.entries(lookedAt).flatMap(([limit, name]) =>
        stops[limit as keyof typeof lookedAt] === undefined ? [] : [name],
      ),
    ]
    if (min_improvement !== undefined && !used.includes(lookedAt.patience))
      throw invalid('limits.min_improvement', 'changes nothing here', 'Give patience too.')
    const asked = { run_id, speaker: speaker(ctx.session), minImprovement: min_improvement ?? 0 }
    const { run, live } = await ctx.read(liveOf, asked)
    const outcome = await over?.ask(live)
    if (outcome instanceof Failure) throw outcome
    const { continue: goOn, reason, missing } = decideContinue(limits, live, outcome)
    const values = Object.fromEntries(used.map((name) => [name, live[name] ?? null]))
    return remember(ctx.session, { run_id: run.id, continue: goOn, reason, values, missing: [...missing] })
  },
  say: ({ continue: goOn, reason, values }) => {
    const seen = Object.entries(values).map(
      ([name, value]) => `${name} ${value === null ? 'unknown' : Number(value.toFixed(4))}`,
    )
    const word = goOn === null ? 'Cannot be said' : goOn ? 'Go on' : 'Stop'
    return `${word}: ${reason}. ${seen.length > 0 ? `(${seen.join(', ')})` : ''}`.trim()
  },
})
