import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Reader, Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { giveVariant } from '../../primitives/experiment/commands/assign.ts'
import { recordOutcome } from '../../primitives/experiment/commands/record.ts'
import { startExperiment } from '../../primitives/experiment/commands/start.ts'
import { stopExperiment } from '../../primitives/experiment/commands/stop.ts'
import { theExperiment } from '../../primitives/experiment/find.ts'
import {
  type ExperimentRow,
  type ExperimentView,
  newestRows,
  rowOf,
  viewOf,
} from '../../primitives/experiment/shown.ts'
import { goals, usualGoal } from '../../primitives/experiment/terms.ts'
import { templateNames } from '../../primitives/orchestration/decide/templates.ts'
import { wasLaidOutFor } from '../../primitives/orchestration/find.ts'
import { type Report, reportOf } from '../../primitives/orchestration/report.ts'
import { coordinations, modes } from '../../primitives/orchestration/terms.ts'
import { keptText, list, newHandle, reason, whole } from '../fields.ts'
import { defineTool } from '../tool.ts'
import { sayExperiment, sayReport } from '../views/experiments.ts'
import { typed } from '../views/typed.ts'

const variant = z.strictObject({
  name: newHandle.describe('Name'),
  mode: z.enum(modes).describe('As orchestrate takes it').optional(),
  coordination: z.enum(coordinations).describe('Likewise').optional(),
  template: z.enum(templateNames).describe('Likewise').optional(),
  weight: z.number().describe('Share of units; default 1').optional(),
})

const input = z.strictObject({
  experiment: newHandle.describe('Name or id; none: how modes fared, and all experiments').optional(),
  variants: list(variant, 10).describe('Starts it').optional(),
  metric: keptText(100)
    .describe(
      'quality (default), quality_score, execution_time_ms, coordination_efficiency: orchestrations record these; or your own',
    )
    .optional(),
  goal: z.enum(goals).describe('Default max; of times min').optional(),
  samples: whole(10, 10_000).describe('Outcomes that decide it; default 200').optional(),
  alpha: z.number().describe('Risk of a false winner; default .05').optional(),
  unit: keptText(200).describe('What is treated; alone: tells its variant').optional(),
  outcome: z.union([z.number(), z.boolean()]).describe('Of the unit').optional(),
  variant: newHandle.describe('With outcome: what the unit got, to check').optional(),
  stop: z.literal(true).describe('End it without a winner').optional(),
  reason,
})
type Given = z.output<typeof input>

const output = z.object({
  experiment: typed<ExperimentView>(
    z.looseObject({
      experiment_id: z.string(),
      name: z.string(),
      status: z.string(),
      n: z.number(),
      conclusion: z.string(),
      variants: z.array(z.looseObject({ variant: z.string(), n: z.number() })),
    }),
  ).optional(),
  assigned: z
    .looseObject({ unit: z.string(), variant: z.string(), counts: z.boolean(), why: z.string() })
    .optional(),
  recorded: z
    .object({ unit: z.string(), variant: z.string(), outcome: z.number(), conclusion: z.string() })
    .optional(),
  strategies: typed<Report>(
    z.looseObject({ fared: z.array(z.looseObject({})), suggestions: z.array(z.looseObject({})) }),
  ).optional(),
  experiments: typed<readonly ExperimentRow[]>(
    z.array(z.looseObject({ experiment_id: z.string(), name: z.string() })),
  ).optional(),
})

/** Arguments that only some calls take, and what each goes with. */
const goesWith = [
  [['metric', 'goal', 'samples', 'alpha'], 'variants', 'They are fixed when an experiment starts.'],
  [['outcome'], 'unit', 'Name the unit that it was measured of.'],
  [['variant'], 'outcome', 'The variant of a unit is told, not asked for.'],
  [['reason'], 'stop', 'Leave it out.'],
  [['variants', 'unit', 'stop'], 'experiment', 'Name the experiment.'],
] as const

const mustSay = (given: Given): void => {
  for (const [names, needed, fix] of goesWith) {
    const name = names.find((one) => given[one] !== undefined)
    if (name !== undefined && given[needed] === undefined)
      throw invalid(needed === 'experiment' ? needed : name, `${name} needs ${needed}`, fix)
  }
  const [one, another] = (['variants', 'unit', 'stop'] as const).filter((name) => given[name] !== undefined)
  if (another !== undefined)
    throw invalid(another, `does not go with ${one}`, 'Start, treat and stop in calls of their own.')
}

/** Newest experiments that are listed. */
const shown = 25

const report = async (db: Reader) => ({
  strategies: await reportOf(db),
  experiments: await newestRows(db, shown),
})

const show = async (db: Reader, handle: string) => ({
  experiment: await viewOf(db, await theExperiment(db, handle)),
})

type Named = Given & { readonly experiment: string }

const start = async (tx: Tx, { experiment: name, variants = [], ...given }: Named) => {
  const { metric = 'quality', goal = usualGoal(metric), samples = 200, alpha = 0.05 } = given
  const weighed = variants.map((one) => ({ ...one, weight: one.weight ?? 1 }))
  const terms = { name, variants: weighed, metric, goal, samples, alpha }
  return { experiment: await viewOf(tx, await startExperiment(tx, terms)) }
}

const stop = async (tx: Tx, { experiment: handle, reason }: Named) => {
  const experiment = await theExperiment(tx, handle)
  await stopExperiment(tx, experiment, reason ?? null)
  return { experiment: await viewOf(tx, experiment) }
}

const treat = async (tx: Tx, { experiment: handle, unit = '', outcome, variant: named }: Named) => {
  const experiment = await theExperiment(tx, handle)
  if (outcome !== undefined) {
    const value = Number(outcome)
    const orchestration = await wasLaidOutFor(tx, unit, experiment.id)
    const given = { unit, value, variant: named, orchestration }
    const { variant: at } = (await recordOutcome(tx, experiment, given)).state
    const { conclusion, status } = await rowOf(tx, experiment)
    const variant = experiment.state.variants[at]?.name ?? ''
    return {
      recorded: { unit, variant, outcome: value, conclusion },
      ...(status === 'decided' && { experiment: await viewOf(tx, experiment) }),
    }
  }
  const { variant, counts, why } = await giveVariant(tx, experiment, unit)
  const { name, weight: _, ...how } = variant
  return { assigned: { unit, variant: name, counts, why, ...how } }
}

export const compareStrategiesTool = defineTool({
  name: 'compare_strategies',
  title: 'Compare strategies',
  description:
    'See which way of orchestrating does better: what was recorded, or an A/B test decided once, at its planned number of outcomes. orchestrate takes part with experiment.',
  toolset: 'insights',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    mustSay(given)
    const { experiment, variants, unit, stop: ends } = given
    if (experiment === undefined) return ctx.read(report, undefined)
    const named = { ...given, experiment }
    if (unit === undefined && !variants && !ends) return ctx.read(show, experiment)
    mustConduct(ctx.session.joined, 'start, stop, treat or measure in an experiment')
    if (unit !== undefined) return ctx.execute(treat, named)
    return ctx.execute(variants ? start : stop, named)
  },
  say: ({ experiment, assigned, recorded, strategies, experiments = [] }) => {
    if (strategies) return sayReport(strategies, experiments).join('\n')
    if (experiment) return sayExperiment(experiment).join('\n')
    if (recorded)
      return `"${recorded.unit}": ${recorded.outcome} for ${recorded.variant}; ${recorded.conclusion}.`
    if (!assigned) return ''
    const next = assigned.counts
      ? ' Then compare_strategies with unit and outcome.'
      : ' Its outcome does not count any more.'
    return `"${assigned.unit}" gets ${assigned.variant}: ${assigned.why}.${next}`
  },
})
