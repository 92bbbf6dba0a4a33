import type { ArmPlace } from '../../routing/arm.ts'
import { type Band, bandOf, scopesIn, type Thresholds } from '../decide.ts'

/**
 * What makes results alike: the kind of worker, the type of the task, and the scopes that a run treats more strictly. It
 * outlives runs, as an arm does.
 */
export const kindOf = (
  { arm, type }: ArmPlace,
  { thresholds, context }: { readonly thresholds: Thresholds; readonly context: unknown },
): string => {
  const strict = scopesIn(context).filter((scope) => Object.hasOwn(thresholds, scope))
  const scopes = strict.length === 0 ? 'default' : strict.toSorted().join('+').replaceAll('|', '/')
  return `${arm}|${type}|${scopes}`
}

/** Of a result that was for a person to decide on, or would have been: its kind, and its number among those. */
export interface Unsure {
  readonly kind: string
  readonly nth: number
}

/** Where decisions on results of a kind are counted. */
export const decidedOn = (kind: string): string => `decided:${kind}`

/** What people said of the newest results of a kind: seqs of the events that hold them, oldest first. */
export interface Experience {
  /** Taken as they were. */
  readonly accepted: readonly number[]
  readonly refused: readonly number[]
}

/** Fewer decisions say nothing. */
const fewest = 5
/** At most these tenths is no experience to go by. */
const tenths = 9
/** The least confidence of what is let through; where more is at risk than `risky`, `risk`. */
export const floors = { base: 0.75, risk: 0.85 } as const
const risky = 0.7

/** What a task's author says is at stake, 0–1. What is no number is taken for the most: nobody can tell. */
const riskIn = (context: unknown): number => {
  if (typeof context !== 'object' || context === null || !Object.hasOwn(context, 'risk')) return 0
  const { risk } = context as { readonly risk: unknown }
  return typeof risk === 'number' && !Number.isNaN(risk) ? risk : 1
}

/** Why a result was let through that would have gone to a person. A claim: a person may still say otherwise. */
export interface LetThrough {
  readonly why: string
  /** Decisions that it rests on, and the share of them that accepted, 0–1. */
  readonly n: number
  readonly share: number
  /** Seqs of the events that hold the results that were decided on. */
  readonly rests_on: readonly number[]
}

/** `band`: where its confidence alone puts it. `kept`: why a person is asked all the same. */
export type Judged = { readonly band: Band; readonly through: LetThrough } | { readonly kept: string }

/**
 * Whether experience stands in for the person that a run's stricter threshold asks for: five decisions or more on
 * results of the kind, over .9 of them to accept. It lifts that threshold alone. The result falls into the band of its
 * confidence, and never below .75 (.85 where the risk is over .7): under .7 a person is asked whatever was learned.
 *
 * @param experience undefined: nothing tells this worker from another
 */
export const byExperience = (
  confidence: number,
  context: unknown,
  experience: Experience | undefined,
): Judged => {
  const floor = riskIn(context) > risky ? floors.risk : floors.base
  if (confidence < floor) return { kept: `below ${floor} experience lets nothing through` }
  if (!experience) return { kept: 'insufficient data: its author has neither a name nor a profile' }
  const { accepted, refused } = experience
  const n = accepted.length + refused.length
  if (n < fewest) return { kept: `insufficient data: ${n} of ${fewest} decisions on results of its kind` }
  const said = `people accepted ${accepted.length} of ${n} results of its kind as they were`
  if (10 * accepted.length <= tenths * n) return { kept: `${said}; over 0.${tenths} is needed` }
  const rests_on = [...accepted, ...refused].sort((a, b) => a - b)
  return { band: bandOf(confidence), through: { why: said, n, share: accepted.length / n, rests_on } }
}

/** Whether a run's thresholds leave experience anything to lift. */
export const leavesRoom = (thresholds: Thresholds | null): boolean =>
  thresholds !== null && Object.values(thresholds).some((least) => least > floors.base)
