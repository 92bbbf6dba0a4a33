import { Failure, notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import type { RunEvent } from './events.ts'
import { type RunTables, runStream } from './rows.ts'
import type { RunState } from './state.ts'

export type Run = Entity<RunState, RunEvent>

/** What a session has said so far that a call may lean on. */
export interface Speaker {
  /** The run that it last named, opened or joined. */
  readonly run: string | undefined
  /** The agents it has joined as. */
  readonly joined: readonly string[]
  /** The agents it has claimed as, joined or not. */
  readonly played?: readonly string[]
}

const openRuns = statement<RunTables>()((db) =>
  db
    .selectFrom('run')
    .select(['no', 'id', 'name'])
    .where('status', '=', 'open')
    .orderBy('no', 'desc')
    .limit(11),
)

const allOpen = statement<RunTables, { limit: number }>()((db, p) =>
  db.selectFrom('run').select('id').where('status', '=', 'open').orderBy('no', 'desc').limit(p.limit),
)

/** The runs that are open, newest first; at most `limit`. */
export const openRunIds = async (db: Reader, limit = 200): Promise<readonly string[]> =>
  (await db.all(allOpen, { limit })).map(({ id }) => id)

/** The run with this id, or undefined. */
export const runWithId = async (db: Reader, id: string): Promise<Run | undefined> => db.load(runStream, id)

export const runById = async (db: Reader, id: string): Promise<Run> => {
  const run = await runWithId(db, id)
  if (!run) throw notFound('run', id, 'list_runs shows the runs there are.')
  return run
}

/** The run with this number: its entities carry it. */
export const runByNo = async (db: Reader, no: number): Promise<Run> => {
  const run = await db.loadNo(runStream, no)
  if (!run) throw new Error(`run ${no} is missing`)
  return run
}

/**
 * The run that a call means: the one it names, else the one its session last named or joined, else the only open
 * one. Undefined when no run is open at all. Fails with `run_ambiguous` and the candidates.
 */
export const meantRun = async (
  db: Reader,
  named: string | undefined,
  speaker: Speaker,
): Promise<Run | undefined> => {
  if (named !== undefined) return runById(db, named)
  const last = speaker.run === undefined ? undefined : await db.load(runStream, speaker.run)
  return last ?? onlyOpenRun(db)
}

/** The only open run; undefined when none is open. Fails with `run_ambiguous` and the candidates. */
export const onlyOpenRun = async (db: Reader): Promise<Run | undefined> => {
  const [only, ...others] = await db.all(openRuns, {})
  if (!only) return undefined
  if (others.length > 0) throw ambiguous([only, ...others])
  return runById(db, only.id)
}

/** `runs`: newest first. Many clients show a model the text alone, so the hint names some of them too. */
const ambiguous = (runs: readonly { readonly id: string; readonly name: string | null }[]): Failure => {
  const some = runs.slice(0, 5).map(({ id, name }) => (name === null ? id : `${id} "${name}"`))
  const more = runs.length > some.length ? ', … (list_runs shows all)' : ''
  return new Failure(
    'run_ambiguous',
    'Several runs are open; say which one is meant.',
    `Give run_id. Open, newest first: ${some.join(', ')}${more}.`,
    { candidates: runs.slice(0, 10).map(({ id, name }) => ({ run_id: id, name })) },
  )
}

/** As `meantRun`, where the call cannot do without. */
export const theRun = async (db: Reader, named: string | undefined, speaker: Speaker): Promise<Run> => {
  const run = await meantRun(db, named, speaker)
  if (!run)
    throw new Failure('not_found', 'No run is open.', 'Open one with start_run, or name one with run_id.')
  return run
}
