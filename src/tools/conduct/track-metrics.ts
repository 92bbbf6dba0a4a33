import { z } from 'zod'
import { type Metric, measure } from '../../primitives/metric/metrics.ts'
import { mostEvents } from '../../primitives/metric/window.ts'
import { iso, list, runId, text, whole } from '../fields.ts'
import { remember, speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { typed } from '../views/typed.ts'

const input = z.strictObject({
  names: list(text(100), 50).describe('Default: all').optional(),
  window_ms: whole(1, 31_536_000_000).describe('Only the newest; default: since the start').optional(),
  run_id: runId,
})

const output = z.object({
  run_id: z.string(),
  metrics: typed<Readonly<Record<string, Metric>>>(
    z.record(z.string(), z.looseObject({ value: z.number().nullable(), n: z.number() })),
  ),
  from: z.string(),
  to: z.string(),
  partial: z.boolean().optional(),
})

/** At most four significant places. */
const short = (value: number): string => String(Number(value.toPrecision(4)))

const inWords = ([name, { value, n, p50, p95, p99 }]: [string, Metric]): string => {
  const known = value === null ? 'unknown' : short(value)
  const spread =
    p50 === undefined || p95 === undefined || p99 === undefined
      ? ''
      : `, p50 ${short(p50)}, p95 ${short(p95)}, p99 ${short(p99)}`
  return `${name}: ${known} (n ${n}${spread})`
}

export const trackMetricsTool = defineTool({
  name: 'track_metrics',
  title: 'Track metrics',
  description: 'Measure a run: tasks, throughput, durations, waits, retries, success, spend.',
  toolset: 'conduct',
  effect: 'read',
  input,
  output,
  run: async (asked, ctx) => {
    const measured = await ctx.read(measure, { ...asked, speaker: speaker(ctx.session) })
    const { run, metrics, from, to, partial } = measured
    return remember(ctx.session, {
      run_id: run.id,
      metrics,
      from: iso(from),
      to: iso(to),
      ...(partial ? { partial } : {}),
    })
  },
  say: ({ run_id, metrics, from, to, partial }) => {
    const part = partial ? ` (only the newest ${mostEvents} task events count)` : ''
    return [`${run_id}, ${from} to ${to}${part}:`, ...Object.entries(metrics).map(inWords)].join('\n')
  },
})
