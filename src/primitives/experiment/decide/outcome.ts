import { Failure, invalid } from '../../../errors.ts'
import type { Decision } from '../../../kernel/decider.ts'
import type { TrialEvent } from '../events.ts'
import type { ExperimentState, TrialState } from '../state.ts'
import { isOwn, rangeProblem } from '../terms.ts'

/** Beyond this, sums of squares lose all that tells values apart. */
const largest = 1e15

/** An outcome that somebody gives. */
export interface ByHand {
  readonly value: number
  /** What they say that the unit was given, where they say so. */
  readonly variant: string | undefined
  /** The unit is an orchestration of this experiment. */
  readonly orchestration: boolean
}

/**
 * Takes the outcome of a unit from somebody: once; the same again changes nothing, also after the end. What an
 * orchestration records by itself nobody gives for it, unless it has ended without.
 */
export const decideRecord = (
  experiment: ExperimentState,
  trial: TrialState,
  { value, variant, orchestration }: ByHand,
): Decision<TrialEvent> => {
  const { name, variants, metric } = experiment
  const { unit } = trial
  if (!Number.isFinite(value) || Math.abs(value) > largest)
    return invalid('outcome', `must be a number within ±${largest}, or true or false`, 'Give a finite one.')
  const problem = rangeProblem(metric, value)
  if (problem) return invalid('outcome', `${problem}: ${metric}`, 'Give what was measured.')
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
  if (orchestration && isOwn(metric) && trial.missed === null)
    return new Failure(
      'conflict',
      `outcome: orchestration ${unit} records its ${metric} itself when it ends.`,
      'Let its tasks come to their end; an outcome is given by hand where it ended without one.',
      { field: 'outcome', metric },
    )
  return [{ type: 'trial.recorded', data: { value, by_hand: true } }]
}

/**
 * Takes what an orchestration came to. Its first figure counts; where it has none, that is told and nothing made up; and
 * where an outcome was given by hand meanwhile, that one stands, and the figure is told.
 *
 * @param value null: it has no such figure
 */
export const decideNote = (
  { metric, status }: ExperimentState,
  trial: TrialState,
  value: number | null,
): readonly TrialEvent[] => {
  if (trial.value !== null) {
    const news = trial.byHand && value !== null && value !== trial.value && value !== trial.passedOver
    return news ? [{ type: 'trial.passed_over', data: { value } }] : []
  }
  if (status !== 'running') return []
  if (value !== null) return [{ type: 'trial.recorded', data: { value } }]
  return trial.missed === null ? [{ type: 'trial.missed', data: { why: `it ended without ${metric}` } }] : []
}

/** Why nothing is added to an experiment any more. */
export const hasEnded = ({ name, status }: ExperimentState, field: string): Failure =>
  new Failure(
    'already_ended',
    `${field}: experiment "${name}" was ${status}; nothing is added to it.`,
    'Start another under a new name; without a unit, compare_strategies shows what came of it.',
    { field, status },
  )
