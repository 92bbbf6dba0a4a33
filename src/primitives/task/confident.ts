import type { Tx } from '../../kernel/ports.ts'
import { type Band, bandOf, bands, scopesIn, thresholdFor } from '../confidence/decide.ts'
import type { Run } from '../run/find.ts'
import type { Check } from './events.ts'
import { definitionOf } from './find.ts'
import type { TaskState } from './state.ts'

/** Where the confidence of a report puts it, and below what a person would be asked. */
export interface Confident {
  readonly band: Band
  readonly confidence: number
  readonly below: number
}

/** Undefined where the run has no bands, no confidence was given, or the report is a review's verdict. */
export const confidenceIn = async (
  tx: Tx,
  run: Run,
  state: TaskState,
  confidence: number | undefined,
): Promise<Confident | undefined> => {
  const thresholds = run.state.settings.escalate_below ?? null
  if (thresholds === null || confidence === undefined) return undefined
  if (state.status !== 'claimed' || state.reviews !== null) return undefined
  const { context } = await definitionOf(tx, state)
  const below = thresholdFor(thresholds, scopesIn(context))
  return { band: bandOf(confidence, below), confidence, below }
}

/** The line that a result of the second band leaves in the progress log. */
export const logLine = ({ band, confidence }: Confident): string | undefined =>
  band === 'logged'
    ? `Handed in with confidence ${confidence}, below ${bands.autonomous}: accepted and logged.`
    : undefined

/** The validation that a result of the third band waits for. */
export const validation = ({ confidence }: Confident): Check => ({
  kind: 'review',
  instructions: `Its author gives it a confidence of ${confidence} only: validate it before it counts.`,
})
