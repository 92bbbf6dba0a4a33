import { notFound } from '../../../errors.ts'
import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { decideRecord } from '../decide/outcome.ts'
import { decideVerdict, isDue } from '../decide/verdict.ts'
import { countsOf, type Experiment, outcomesOf, type Trial, trialOf } from '../find.ts'
import { experimentStream } from '../rows.ts'
import { isOwn, type OwnMetric } from '../terms.ts'

export interface Recording {
  readonly unit: string
  readonly value: number
  /** What the caller says that the unit was given. */
  readonly variant: string | undefined
}

/** Takes the outcome of a unit that was given a variant. The one that makes the planned number decides it all. */
export const recordOutcome = async (
  tx: Tx,
  experiment: Experiment,
  { unit, ...recording }: Recording,
): Promise<Trial> => {
  const trial = await trialOf(tx, experiment.id, unit)
  if (!trial)
    throw notFound(
      'unit',
      unit,
      `Ask for its variant first: compare_strategies with experiment "${experiment.state.name}" and this unit, without outcome.`,
    )
  const events = accepted(decideRecord(experiment.state, trial.state, recording))
  if (events.length === 0) return trial
  await tx.append(trial, events)
  const counts = (await countsOf(tx, experiment)).map(({ n }) => n)
  if (isDue(experiment.state, counts))
    await tx.append(
      experiment,
      decideVerdict(experiment.state, await outcomesOf(tx, experiment), experiment.id),
    )
  return trial
}

/**
 * An orchestration that is a unit of an experiment has come to an end. Its first figure counts, as for learning; where
 * it has none, that is told and nothing made up. A metric of other names is for those who measure it. Never fails: the end of a task must not depend on it.
 */
export const noteOutcome = async (
  tx: Tx,
  id: string,
  unit: string,
  figureOf: (metric: OwnMetric) => number | null,
): Promise<void> => {
  const experiment = await tx.load(experimentStream, id)
  const trial = await trialOf(tx, id, unit)
  if (experiment?.state.status !== 'running' || !trial || trial.state.value !== null) return
  const { metric } = experiment.state
  if (!isOwn(metric)) return
  const value = figureOf(metric)
  if (value !== null) {
    await recordOutcome(tx, experiment, { unit, value, variant: undefined })
    return
  }
  const why = `it ended without ${metric}`
  if (trial.state.missed === null) await tx.append(trial, [{ type: 'trial.missed', data: { why } }])
}
