import { z } from 'zod'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { meantRun, type Speaker } from '../../primitives/run/find.ts'
import { changeTuning } from '../../primitives/tuning/commands/change.ts'
import { type Asked, asksForChange } from '../../primitives/tuning/decide/changing.ts'
import type { Knobs, Observation } from '../../primitives/tuning/events.ts'
import { type TuningView, tuningView, viewOf } from '../../primitives/tuning/queries.ts'
import { iso, runId } from '../fields.ts'
import { speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { typed } from '../views/typed.ts'
import { tuningFields } from './tuning-fields.ts'

const input = z.strictObject({ ...tuningFields, run_id: runId })

interface Change {
  readonly at: string
  readonly before: Knobs
  readonly after: Knobs
  readonly why: string
}
interface OnFront extends Knobs {
  readonly latency_p99_ms: number
  readonly throughput_per_s: number
  readonly cost_usd: number | null
  /** Windows measured. */
  readonly n: number
  readonly knee: boolean
}
type Seen = Omit<Observation, 'at'> & { readonly at: string }
const loose = z.looseObject({})

const output = z.object({
  run_id: z.string().nullable(),
  batch_size: z.number(),
  concurrency: z.number(),
  objective: z.enum(['latency', 'throughput', 'cost', 'balanced']),
  target_p99_ms: z.number().nullable(),
  weights: typed<{ latency: number; throughput: number; cost: number }>(loose).optional(),
  bounds: typed<TuningView['state']['bounds']>(loose),
  frozen: z.boolean(),
  enabled: z.boolean(),
  last_changes: z.array(typed<Change>(loose)),
  last_observation: typed<Seen>(loose).nullable(),
  front: z.array(typed<OnFront>(loose)).optional(),
})

interface Given {
  readonly asked: Asked
  readonly run_id: string | undefined
  readonly speaker: Speaker
}

/** The knobs are the whole file's; a run is named since every answer does. */
const runOf = async (db: Reader, { run_id, speaker }: Given): Promise<string | null> =>
  (await meantRun(db, run_id, speaker))?.id ?? null

const look = async (db: Reader, given: Given) => ({
  run_id: await runOf(db, given),
  view: await tuningView(db),
})
const change = async (tx: Tx, given: Given) => ({
  run_id: await runOf(tx, given),
  view: viewOf(await changeTuning(tx, given.asked)),
})

const answer = (run_id: string | null, { state, front }: TuningView): z.output<typeof output> => {
  const { knobs, objective, bounds, frozen, enabled, changes, last } = state
  return {
    run_id,
    ...knobs,
    objective: objective.name,
    target_p99_ms: objective.target_p99_ms,
    ...(front && { weights: { ...objective.weights } }),
    bounds,
    frozen,
    enabled,
    last_changes: changes.map((one) => ({ ...one, at: iso(one.at) })),
    last_observation: last && { ...last, at: iso(last.at) },
    ...(front && {
      front: front.map(({ knobs, latency_ms, throughput, cost_usd, n, knee }) => ({
        ...knobs,
        latency_p99_ms: latency_ms,
        throughput_per_s: throughput,
        cost_usd,
        n,
        knee,
      })),
    }),
  }
}

export const tuneTool = defineTool({
  name: 'tune',
  title: 'Tune the dispatcher',
  description:
    'Show or steer the optimizer of batch size and concurrency, for all runs of this file. Without arguments it only reads.',
  toolset: 'routing',
  effect: 'write',
  input,
  output,
  run: async ({ run_id, ...asked }, ctx) => {
    const given = { asked, run_id, speaker: speaker(ctx.session) }
    const changes = asksForChange(asked)
    if (changes) mustConduct(ctx.session.joined, 'tune the dispatcher')
    const done = changes ? await ctx.execute(change, given) : await ctx.read(look, given)
    if (done.run_id !== null) ctx.session.run = done.run_id
    return answer(done.run_id, done.view)
  },
  say: (now) => {
    const target = now.target_p99_ms === null ? '' : `, p99 at most ${now.target_p99_ms} ms`
    const { batch_size: b, concurrency: c } = now.bounds
    const lines = [
      `batch_size ${now.batch_size} (${b.min}–${b.max}), concurrency ${now.concurrency} (${c.min}–${c.max}); objective ${now.objective}${target}. ${standing(now)}`,
      ...now.last_changes.slice(0, 3).map(({ at, why }) => `- ${at}: ${why}`),
    ]
    if (now.last_observation === null) lines.push('Insufficient data: no window with turns was observed yet.')
    const knee = now.front?.find((one) => one.knee)
    if (knee)
      lines.push(
        `Knee of ${now.front?.length} settings that no other beats: batch_size ${knee.batch_size}, concurrency ${knee.concurrency} (${knee.n} windows).`,
      )
    return lines.join('\n')
  },
})

const standing = ({ enabled, frozen }: { readonly enabled: boolean; readonly frozen: boolean }): string => {
  if (!enabled) return 'Off: it observes and changes nothing.'
  return frozen ? 'Frozen: it observes and changes nothing.' : 'It adjusts by itself.'
}
