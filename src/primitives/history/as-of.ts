import { Failure, invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import type { AnyEntity } from '../../kernel/stream.ts'
import { checkpointNamed, checkpointsOf } from '../checkpoint/find.ts'
import type { Run } from '../run/find.ts'
import type { RunState } from '../run/state.ts'
import { changedSince, lastAt, seqAtTime } from './queries.ts'

/** The most streams that one look into the past refolds. */
const most = 20_000

/** A moment as clients name it: a seq, an ISO 8601 time, a checkpoint's id or label. Answers the seq. */
const positionOf = async (db: Reader, run: Run, asOf: string | number): Promise<number> => {
  const seq = typeof asOf === 'number' ? asOf : /^\d+$/.test(asOf) ? Number(asOf) : undefined
  if (seq !== undefined) return Math.min(seq, db.head)
  const checkpoint = await checkpointNamed(db, run.no, String(asOf))
  if (checkpoint) return checkpoint.state.position
  const moment = Date.parse(String(asOf))
  if (!Number.isNaN(moment)) return seqAtTime(db, moment)
  throw invalid(
    'as_of',
    `"${asOf}" is no moment of this run`,
    'Give a seq, an ISO 8601 time, or a checkpoint.',
  )
}

/** An entity whose state at the position differs from now; `was` is undefined when it was not born. */
export interface Differs {
  readonly entity: AnyEntity
  readonly was: object | undefined
}

/** What was different in a run when `position` was the head: the same fold that rollback uses. */
const differences = async (db: Reader, run: Run, position: number): Promise<readonly Differs[]> => {
  const entities = await changedSince(db, run.no, position, most + 1)
  if (entities.length > most) throw await tooMuch(db, run, position)
  const found: Differs[] = []
  for (const entity of entities) found.push({ entity, was: await db.stateAt(entity, position) })
  return found
}

const tooMuch = async (db: Reader, run: Run, position: number): Promise<Failure> => {
  const [nearest] = (await checkpointsOf(db, run.no, 1_000)).filter(
    (checkpoint) => checkpoint.state.position >= position,
  )
  return new Failure(
    'invalid_argument',
    `as_of: more than ${most} entities changed since then.`,
    nearest
      ? `Look at a later moment: the newest checkpoint after it is ${nearest.id}.`
      : 'Look at a later moment. Checkpoints made along the way keep an overview.',
    { field: 'as_of', limit: most, ...(nearest && { nearest_checkpoint: nearest.id }) },
  )
}

/** Whether a look into the past failed for the number of what changed since: a checkpoint's overview may still serve. */
export const isTooMuch = (thrown: unknown): boolean =>
  thrown instanceof Failure && thrown.details?.field === 'as_of' && 'limit' in thrown.details

/** A run as it was when `position` was the head. */
export interface Past {
  readonly position: number
  /** The moment of the run's newest event then, epoch ms. */
  readonly at: number
  readonly state: RunState
  /** The entities that were different then, by stream number. */
  readonly differs: ReadonlyMap<number, Differs>
}

/** The run at a moment as clients name it. Fails when the moment lies before the run, or too much changed since. */
export const pastOf = async (db: Reader, run: Run, asOf: string | number): Promise<Past> => {
  const position = await positionOf(db, run, asOf)
  const state = await db.stateAt(run, position)
  const at = await lastAt(db, run.no, position)
  if (!state || at === undefined)
    throw invalid('as_of', `run ${run.id} had not been started then`, 'Give a later moment.')
  const differs = new Map(
    (await differences(db, run, position)).map((differing) => [differing.entity.no, differing]),
  )
  return { position, at, state, differs }
}
