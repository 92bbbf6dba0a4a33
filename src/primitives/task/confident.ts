import type { Tx } from '../../kernel/ports.ts'
import { byExperience, kindOf, type LetThrough, type Unsure } from '../confidence/decide/experience.ts'
import { type Band, bandOf, bands, scopesIn, thresholdFor } from '../confidence/decide.ts'
import { askedOf, experienceOf } from '../confidence/experience.ts'
import type { Run } from '../run/find.ts'
import type { Check } from './events.ts'
import { definitionOf } from './find.ts'
import type { TaskState } from './state.ts'

/** Where the confidence of a report puts it, and below what a person would be asked. */
export interface Confident {
  readonly band: Band
  readonly confidence: number
  readonly below: number
  /** Of one for a person to decide on, where something tells its author from others. */
  readonly unsure?: Unsure
  /** Why nobody is asked all the same; or, where the run lets experience speak, why somebody is. */
  readonly through?: LetThrough
  readonly kept?: string
}

/** Undefined where the run has no bands, no confidence was given, or the report is a review's verdict. */
export const confidenceIn = async (
  tx: Tx,
  run: Run,
  state: TaskState,
  { confidence, author }: { readonly confidence?: number | undefined; readonly author?: string | undefined },
): Promise<Confident | undefined> => {
  const thresholds = run.state.settings.escalate_below ?? null
  if (thresholds === null || confidence === undefined) return undefined
  if (state.status !== 'claimed' || state.reviews !== null) return undefined
  const { context } = await definitionOf(tx, state)
  const below = thresholdFor(thresholds, scopesIn(context))
  const band = bandOf(confidence, below)
  const said = { band, confidence, below }
  if (band !== 'escalated') return said
  // What a second turn of another agent brought says nothing of the kind of the one who holds the claim.
  const { by, place } = state
  const kind = place && (author ?? by) === by ? kindOf(place, { thresholds, context }) : undefined
  const unsure = kind === undefined ? {} : { unsure: { kind, nth: await askedOf(tx, kind) } }
  if (!run.state.settings.learned_bypass) return { ...said, ...unsure }
  const experience = kind === undefined ? undefined : await experienceOf(tx, kind)
  return { ...said, ...unsure, ...byExperience(confidence, context, experience) }
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
