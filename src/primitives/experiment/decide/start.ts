import { Failure, invalid } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { ExperimentEvent } from '../events.ts'
import type { ExperimentState } from '../state.ts'
import { leastEach, type Terms } from '../terms.ts'

/** Starts an experiment; the same again changes nothing. `before`: what stands under that name. */
export const decideStart = (before: ExperimentState | undefined, terms: Terms): Decision<ExperimentEvent> => {
  const wrong = problemOf(terms)
  if (wrong) return wrong
  if (!before) return [{ type: 'experiment.started', data: terms }]
  if (sameTerms(before, terms)) return []
  return new Failure(
    'conflict',
    `experiment: "${terms.name}" is there already, with other terms.`,
    'Take another name: what an experiment compares, and when it is decided, is fixed before its first outcome.',
    { field: 'experiment' },
  )
}

/** Fewer are no comparison; of more, each would take too long. */
const variantCounts = { least: 2, most: 10 } as const

const problemOf = ({ name, variants, samples, alpha }: Terms): Failure | undefined => {
  if (/^exp_/.test(name))
    return invalid('experiment', `"${name}" looks like an id`, 'Choose one without the prefix of an id.')
  const { least, most } = variantCounts
  if (variants.length < least || variants.length > most)
    return invalid('variants', `takes ${least} to ${most} entries`, 'Compare fewer at a time.')
  const names = variants.map((variant) => variant.name)
  const twice = names.findIndex((one, i) => names.indexOf(one) < i)
  if (twice >= 0)
    return invalid(
      `variants[${twice}].name`,
      `"${names[twice]}" is there twice`,
      'Give each variant a name of its own.',
    )
  const light = variants.findIndex(({ weight }) => !(weight > 0 && weight <= heaviest))
  if (light >= 0)
    return invalid(
      `variants[${light}].weight`,
      `must be over 0 and at most ${heaviest}`,
      'Leave out a variant that no unit is to get; leave weights out for equal shares.',
    )
  if (!(alpha > 0 && alpha < 1)) return invalid('alpha', 'must be between 0 and 1', 'Usual is .05.')
  const all = variants.reduce((sum, { weight }) => sum + weight, 0)
  const lightest = Math.min(...variants.map(({ weight }) => weight))
  const needed = Math.ceil((leastEach * all) / lightest - 1e-9)
  if (samples < needed)
    return invalid(
      'samples',
      `${samples} would leave a variant with fewer than ${leastEach} outcomes`,
      `Plan at least ${needed}, or weights that are closer together.`,
    )
  return undefined
}

const heaviest = 1_000_000

const sameTerms = (before: Terms, now: Terms): boolean => keyOf(before) === keyOf(now)

const keyOf = ({ variants, metric, goal, samples, alpha }: Terms): string =>
  JSON.stringify([
    variants.map(({ name, weight, mode, coordination, template }) => [
      name,
      weight,
      mode ?? null,
      coordination ?? null,
      template ?? null,
    ]),
    metric,
    goal,
    samples,
    alpha,
  ])
