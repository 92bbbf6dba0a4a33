import { z } from 'zod'
import { Failure } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { methodProblem, methods } from '../../primitives/judging/decide/aggregate.ts'
import type { Aggregated } from '../../primitives/judging/decide/aggregated.ts'
import { aggregateGroups, type Source } from '../../primitives/judging/grouped.ts'
import { allReported, mostReported } from '../../primitives/judging/reported.ts'
import { loadConditions } from '../../primitives/policy/ready.ts'
import { type Speaker, theRun } from '../../primitives/run/find.ts'
import { json, list, newHandle, runId, share, text } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { typed } from '../views/typed.ts'
import { cut } from '../views/words.ts'

const path = text(200)
const record = z.record(z.string(), json)
/** A result that the caller brings, with what a task reports beside it. */
const given = z.strictObject({
  id: newHandle.optional(),
  result: json,
  score: share.optional(),
  confidence: share.optional(),
  metrics: z.record(z.string(), z.number()).optional(),
  agent_id: text(100).optional(),
})

const input = z.strictObject({
  method: z.enum(methods).describe('ranked takes [best, …]; pairwise {winner, loser}'),
  results: list(record.pipe(given), mostReported)
    .describe('[{result, id?, score?, metrics?}]; default: of done tasks')
    .optional(),
  field: path.describe('For instance result.vote').optional(),
  weight: path.describe('Field; best_of: score').optional(),
  group_by: path.describe('Field').optional(),
  filter: text(4_000).describe('CEL over result, score, agent_id…').optional(),
  trim: z
    .number()
    .refine((given) => given >= 0 && given < 0.5, { error: 'must be from 0 to under 0.5' })
    .describe('Share left out at each end, whole values; default .1')
    .optional(),
  run_id: runId,
})

type Group = Aggregated & { readonly group: unknown }

const output = z.object({
  run_id: z.string(),
  method: z.string(),
  groups: typed<readonly Group[]>(
    z.array(z.looseObject({ group: json, value: json, n: z.number(), insufficient: z.string().optional() })),
  ),
  left_out: z.number().describe('By the filter'),
})

interface Asked {
  readonly run_id: string | undefined
  readonly results: readonly z.output<typeof given>[] | undefined
  readonly speaker: Speaker
}

const look = async (db: Reader, { run_id, results, speaker }: Asked) => {
  const run = await theRun(db, run_id, speaker)
  if (!results)
    return {
      run,
      sources: (await allReported(db, run)).map((judged): Source => ({ id: judged.task_id, judged })),
    }
  const sources = results.map(({ id, ...judged }, i): Source => ({ id: id ?? `results[${i}]`, judged }))
  return { run, sources }
}

export const aggregateResultsTool = defineTool({
  name: 'aggregate_results',
  title: 'Aggregate results',
  description:
    'Make one of many results, once they are in: join texts, count votes, average figures with an interval, rank by pairs, or take the best.',
  toolset: 'insights',
  effect: 'read',
  input,
  output,
  run: async ({ method, results, run_id, trim, ...paths }, ctx) => {
    const refused = methodProblem(method, { weight: paths.weight !== undefined, trim: trim !== undefined })
    if (refused) throw refused
    const { run, sources } = await ctx.read(look, { run_id, results, speaker: speaker(ctx.session) })
    const found = await aggregateGroups(sources, { method, trim: trim ?? 0.1, ...paths }, loadConditions)
    if (found instanceof Failure) throw found
    const { groups, left_out } = found
    return remember(ctx.session, { run_id: run.id, method, groups, left_out })
  },
  say: ({ method, groups, left_out }) => {
    const rows = groups.map(({ group, value, n, insufficient, reason, confidence, interval }) => {
      const name = group === null ? method : `${method} of ${cut(JSON.stringify(group), 60)}`
      const why = insufficient ?? (value === null ? reason : undefined)
      const what = why ?? cut(typeof value === 'string' ? value : JSON.stringify(value), 400)
      const sure = confidence === undefined ? '' : `, ${Math.round(confidence * 100)} % of votes`
      const between =
        interval === undefined
          ? ''
          : 'low' in interval
            ? `, 95 % between ${Number(interval.low.toPrecision(4))} and ${Number(interval.high.toPrecision(4))}`
            : `, no interval: ${interval.insufficient}`
      return `${name}: ${what} (n ${n}${sure}${between})`
    })
    const out = left_out > 0 ? `${left_out} left out by the filter.` : ''
    return [...(rows.length > 0 ? rows : ['Insufficient data: nothing is left.']), out]
      .filter(Boolean)
      .join('\n')
  },
})
