import { notFound } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { type ByHand, decideNote, decideRecord } from '../decide/outcome.ts'
import { decideVerdict, isDue } from '../decide/verdict.ts'
import type { TrialEvent } from '../events.ts'
import { countsOf, type Experiment, outcomesOf, type Trial, trialOf } from '../find.ts'
import { experimentStream } from '../rows.ts'
import { isOwn, type OwnMetric } from '../terms.ts'

/** Takes the outcome of a unit that was given a variant, from somebody who gives it. */
export const recordOutcome = async (
  tx: Tx,
  experiment: Experiment,
  { unit, ...given }: ByHand & { readonly unit: string },
): Promise<Trial> => {
  const trial = await trialOf(tx, experiment.id, unit)
  if (!trial)
    throw notFound(
      'unit',
      unit,
      `Ask for its variant first: compare_strategies with experiment "${experiment.state.name}" and this unit, without outcome.`,
    )
  await append(tx, experiment, trial, accepted(decideRecord(experiment.state, trial.state, given)))
  return trial
}

/** The outcome that makes the planned number decides it all. */
const append = async (
  tx: Tx,
  experiment: Experiment,
  trial: Trial,
  events: readonly TrialEvent[],
): Promise<void> => {
  if (events.length === 0) return
  await tx.append(trial, events)
  if (!events.some(({ type }) => type === 'trial.recorded')) return
  const counts = (await countsOf(tx, experiment)).map(({ n }) => n)
  if (!isDue(experiment.state, counts)) return
  const all = await outcomesOf(tx, experiment)
  await tx.append(experiment, decideVerdict(experiment.state, all, experiment.id))
}

/**
 * An orchestration that is a unit of an experiment has come to an end. A metric of other names is for those who measure
 * it. Never fails: the end of a task must not depend on it.
 */
export const noteOutcome = async (
  tx: Tx,
  id: string,
  unit: string,
  figureOf: (metric: OwnMetric) => number | null,
): Promise<void> => {
  const experiment = await tx.load(experimentStream, id)
  const trial = await trialOf(tx, id, unit)
  if (!experiment || !trial || !isOwn(experiment.state.metric)) return
  const value = figureOf(experiment.state.metric)
  await append(tx, experiment, trial, decideNote(experiment.state, trial.state, value))
}
