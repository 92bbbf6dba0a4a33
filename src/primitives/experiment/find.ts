import { notFound } from '../../errors.ts'
import { nearest } from '../../kernel/nearest.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { Outcomes } from './decide/arms.ts'
import type { ExperimentEvent, TrialEvent } from './events.ts'
import { type ExperimentTables, experimentStream, trialId, trialStream } from './rows.ts'
import type { ExperimentState, TrialState } from './state.ts'

export type Experiment = Entity<ExperimentState, ExperimentEvent>
export type Trial = Entity<TrialState, TrialEvent>

const named = statement<ExperimentTables, { name: string }>()((db, p) =>
  db.selectFrom('experiment').select('no').where('name', '=', p.name),
)
const newest = statement<ExperimentTables, { limit: number }>()((db, p) =>
  db.selectFrom('experiment').select(['no', 'name']).orderBy('no', 'desc').limit(p.limit),
)
const values = statement<ExperimentTables, { experiment: number }>()((db, p) =>
  db
    .selectFrom('trial')
    .select(['variant', 'value'])
    .where('experiment', '=', p.experiment)
    .where('value', 'is not', null),
)

export const experimentNamed = async (db: Reader, name: string): Promise<Experiment | undefined> => {
  const row = await db.one(named, { name })
  return row && (await db.loadNo(experimentStream, row.no))
}

/** The experiment with this id or name. */
export const theExperiment = async (db: Reader, handle: string): Promise<Experiment> => {
  const found = (await db.load(experimentStream, handle)) ?? (await experimentNamed(db, handle))
  if (found) return found
  const like = nearest(
    handle,
    (await db.all(newest, { limit: 100 })).map(({ name }) => name),
  )
  throw notFound(
    'experiment',
    handle,
    `${like === undefined ? '' : `Did you mean "${like}"? `}compare_strategies without arguments lists them; with variants it starts one.`,
  )
}

/** The newest experiments, newest first. */
export const newestExperiments = async (db: Reader, limit: number): Promise<readonly Experiment[]> => {
  const found: Experiment[] = []
  for (const { no } of await db.all(newest, { limit })) {
    const one = await db.loadNo(experimentStream, no)
    if (one) found.push(one)
  }
  return found
}

/** The trial of a unit that was given a variant, or undefined. */
export const trialOf = async (db: Reader, experiment: string, unit: string): Promise<Trial | undefined> =>
  db.load(trialStream, trialId(experiment, unit))

/** How many units of a variant: were given it, have an outcome, ended without one, came to another than was given. */
export interface Count {
  readonly assigned: number
  readonly n: number
  readonly missing: number
  readonly ignored: number
}

/** Counted by variant, in their order. */
export const countsOf = async (db: Reader, { id, state }: Experiment): Promise<readonly Count[]> => {
  const tallies = await db.tallies(id)
  return state.variants.map((_, i) => ({
    assigned: tallies[`${i}.assigned`] ?? 0,
    n: tallies[`${i}.n`] ?? 0,
    missing: tallies[`${i}.missing`] ?? 0,
    ignored: tallies[`${i}.ignored`] ?? 0,
  }))
}

/** All outcomes by variant, in their order: as many as were planned, or a few more. */
export const outcomesOf = async (db: Reader, { no, state }: Experiment): Promise<readonly Outcomes[]> => {
  const all = state.variants.map(({ name }) => ({ variant: name, values: [] as number[] }))
  for (const { variant, value } of await db.all(values, { experiment: no }))
    if (value !== null) all[variant]?.values.push(value)
  return all
}
