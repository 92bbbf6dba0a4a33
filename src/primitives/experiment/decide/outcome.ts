import { Failure, invalid } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { TrialEvent } from '../events.ts'
import type { ExperimentState, TrialState } from '../state.ts'

/** Beyond this, sums of squares lose all that tells values apart. */
const largest = 1e15

/**
 * Takes the outcome of a unit: once; the same again changes nothing, also after the end.
 *
 * @param variant what the caller says that the unit was given, where it says so
 */
export const decideRecord = (
  experiment: ExperimentState,
  trial: TrialState,
  { value, variant }: { readonly value: number; readonly variant: string | undefined },
): Decision<TrialEvent> => {
  const { name, variants } = experiment
  const { unit } = trial
  if (!Number.isFinite(value) || Math.abs(value) > largest)
    return invalid('outcome', `must be a number within ±${largest}, or true or false`, 'Give a finite one.')
  const given = variants[trial.variant]?.name
  if (variant !== undefined && variant !== given)
    return variants.some((one) => one.name === variant)
      ? new Failure(
          'conflict',
          `variant: "${unit}" was given "${given}", not "${variant}".`,
          'An outcome counts for what the unit was given: leave the unit out if it was treated otherwise.',
          { field: 'variant', variant: given },
        )
      : invalid(
          'variant',
          `"${variant}" is none of "${name}"`,
          `It has ${variants.map((one) => one.name).join(', ')}.`,
        )
  if (trial.value === value) return []
  if (trial.value !== null)
    return new Failure(
      'conflict',
      `outcome: ${trial.value} was recorded for "${unit}"; a unit has one.`,
      'Measure another unit.',
      { field: 'outcome', outcome: trial.value },
    )
  if (experiment.status !== 'running') return hasEnded(experiment, 'outcome')
  return [{ type: 'trial.recorded', data: { value } }]
}

/** Why nothing is added to an experiment any more. */
export const hasEnded = ({ name, status }: ExperimentState, field: string): Failure =>
  new Failure(
    'already_ended',
    `${field}: experiment "${name}" was ${status}; nothing is added to it.`,
    'Start another under a new name; without a unit, compare_strategies shows what came of it.',
    { field, status },
  )
