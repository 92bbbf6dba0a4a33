import type { Reader } from '../../kernel/ports.ts'
import { armsOf } from './decide/arms.ts'
import type { Arm, Comparison } from './events.ts'
import { countsOf, type Experiment, newestExperiments, outcomesOf } from './find.ts'
import type { ExperimentState } from './state.ts'
import { isOwn, leastEach, type Terms, type Variant } from './terms.ts'

/**
 * A variant with what is known of it. `missing`: units that ended without the metric. `ignored`, where there are any:
 * orchestrations whose own figure came after one that was given by hand.
 */
export type VariantView = Omit<Variant, 'name'> &
  Arm & { readonly assigned: number; readonly missing: number; readonly ignored?: number }

/** An experiment as clients read it. */
export interface ExperimentView extends Omit<Terms, 'variants'> {
  readonly experiment_id: string
  readonly status: ExperimentState['status']
  /** Outcomes that count. */
  readonly n: number
  readonly variants: readonly VariantView[]
  /** Once decided: the winner; null: no difference found. */
  readonly winner?: string | null
  readonly comparisons?: readonly Comparison[]
  /** Why it was stopped, where somebody said so. */
  readonly reason?: string
  /** False: outcomes are given by hand. */
  readonly recorded_by_orchestrations: boolean
  /** What a reader must know before reading the figures. */
  readonly conclusion: string
}

export const viewOf = async (db: Reader, experiment: Experiment): Promise<ExperimentView> => {
  const { id, state } = experiment
  const { name, variants, metric, goal, samples, alpha, status } = state
  const counts = await countsOf(db, experiment)
  const arms =
    state.status === 'running'
      ? armsOf(await outcomesOf(db, experiment))
      : state.status === 'decided'
        ? state.verdict.arms
        : state.arms
  const n = arms.reduce((sum, arm) => sum + arm.n, 0)
  return {
    experiment_id: id,
    name,
    status,
    metric,
    goal,
    samples,
    alpha,
    n,
    variants: variants.map(({ name: _, ...how }, i) => ({
      ...how,
      ...(arms[i] as Arm),
      assigned: counts[i]?.assigned ?? 0,
      missing: counts[i]?.missing ?? 0,
      ...((counts[i]?.ignored ?? 0) > 0 && { ignored: counts[i]?.ignored ?? 0 }),
    })),
    ...(state.status === 'decided' && {
      winner: state.verdict.winner,
      comparisons: state.verdict.comparisons,
    }),
    ...(state.status === 'stopped' && state.reason !== null && { reason: state.reason }),
    recorded_by_orchestrations: isOwn(metric),
    conclusion: concluded(state, arms),
  }
}

/** An experiment among others. */
export interface ExperimentRow {
  readonly experiment_id: string
  readonly name: string
  readonly status: ExperimentState['status']
  readonly conclusion: string
}

/** The newest experiments, newest first. */
export const newestRows = async (db: Reader, limit: number): Promise<readonly ExperimentRow[]> => {
  const rows: ExperimentRow[] = []
  for (const experiment of await newestExperiments(db, limit)) rows.push(await rowOf(db, experiment))
  return rows
}

/** How an experiment stands, by its counts alone. */
export const rowOf = async (db: Reader, experiment: Experiment): Promise<ExperimentRow> => {
  const { id, state } = experiment
  const counts = await countsOf(db, experiment)
  const known = state.variants.map(({ name }, i) => ({ variant: name, n: counts[i]?.n ?? 0 }))
  return { experiment_id: id, name: state.name, status: state.status, conclusion: concluded(state, known) }
}

const concluded = (state: ExperimentState, arms: readonly Pick<Arm, 'variant' | 'n'>[]): string => {
  const { samples, alpha } = state
  const n = arms.reduce((sum, arm) => sum + arm.n, 0)
  if (state.status === 'stopped') return `stopped without a winner at ${n} of ${samples} outcomes`
  if (state.status === 'running') {
    const short = arms.filter((arm) => n >= samples && arm.n < leastEach).map(({ variant }) => variant)
    const wait = short.length > 0 ? `; ${short.join(', ')}: fewer than ${leastEach}` : ''
    return `insufficient data: ${n} of ${samples} outcomes${wait}`
  }
  const { winner, comparisons } = state.verdict
  if (winner === null) return `no difference found at alpha ${alpha}, n ${n}`
  const p = Math.max(
    ...comparisons.flatMap(({ variants, p_adjusted }) => (variants.includes(winner) ? [p_adjusted] : [])),
  )
  return `${winner} won: p ${p < 0.0001 ? '< 0.0001' : Number(p.toPrecision(3))}, alpha ${alpha}, n ${n}`
}
