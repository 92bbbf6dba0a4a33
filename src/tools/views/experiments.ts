import type { Comparison } from '../../primitives/experiment/events.ts'
import type { ExperimentRow, ExperimentView, VariantView } from '../../primitives/experiment/shown.ts'
import type { Report } from '../../primitives/orchestration/report.ts'

const figure = (value: number): string => String(Number(value.toPrecision(4)))

const sayArm = ({ variant, n, mean, interval, missing, assigned, ignored = 0 }: VariantView): string => {
  const between =
    'low' in interval
      ? `, 95 % between ${figure(interval.low)} and ${figure(interval.high)}`
      : `, no interval: ${interval.insufficient}`
  const without = missing > 0 ? `, ${missing} ended without the metric` : ''
  const passed = ignored > 0 ? `, ${ignored} came to a figure after another was given by hand: ignored` : ''
  const known = mean === null ? 'no outcome' : `mean ${figure(mean)}`
  return `- ${variant}: ${known} (n ${n} of ${assigned} assigned${mean === null ? '' : between}${without}${passed})`
}

const sayComparison = ({
  variants: [a, b],
  difference,
  test,
  p,
  p_adjusted,
  permutations,
}: Comparison): string =>
  `- ${a} − ${b} = ${figure(difference)}: ${test}${permutations === undefined ? '' : ` (${permutations} splits)`}, p ${figure(p)}${p === p_adjusted ? '' : `, corrected ${figure(p_adjusted)}`}`

/** An experiment in a few lines. */
export const sayExperiment = (view: ExperimentView): readonly string[] => [
  `${view.experiment_id} "${view.name}" (${view.metric}, ${view.goal}): ${view.conclusion}.`,
  ...view.variants.map(sayArm),
  ...(view.comparisons ?? []).slice(0, 10).map(sayComparison),
  ...(view.status !== 'running'
    ? []
    : [
        view.recorded_by_orchestrations
          ? `Next: orchestrate with experiment "${view.name}"; it records ${view.metric} when it ends; where it cannot, give unit (its id) and outcome.`
          : `Next: compare_strategies with unit for its variant, then with its ${view.metric} as outcome.`,
      ]),
]

/** How modes fared, what follows, and the experiments there are, in a few lines. */
export const sayReport = (
  { fared, suggestions }: Report,
  experiments: readonly ExperimentRow[],
): readonly string[] => [
  ...(fared.length === 0 ? ['Insufficient data: no orchestration has ended yet (n 0).'] : []),
  ...fared.map(({ kind, mode, n, ended, mean_quality, trend }) => {
    const quality = mean_quality === null ? 'never scored' : `mean quality ${mean_quality.toFixed(2)}`
    const slope = trend.slope === null ? '' : ` (${trend.slope} per outcome)`
    return `- ${kind}, ${mode}: ${quality} (n ${n} of ${ended} ended), ${trend.trend}${slope}, n ${trend.n}`
  }),
  ...suggestions.map(
    ({ kind, use, instead_of, why }) => `Use ${use} for ${kind}, not ${instead_of}: ${why}.`,
  ),
  ...experiments.map(
    ({ experiment_id, name, conclusion }) => `Experiment ${experiment_id} "${name}": ${conclusion}.`,
  ),
]
