import { Failure, invalid } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import type { AnyEntity } from '../../kernel/stream.ts'
import { checkpointNamed, checkpointsOf } from '../checkpoint/find.ts'
import type { Run } from '../run/find.ts'
import { changedSince, seqAtTime } from './queries.ts'

/** The most streams that one look into the past refolds. */
const most = 20_000

/** A moment as clients name it: a seq, an ISO 8601 time, a checkpoint's id or label. Answers the seq. */
export const positionOf = async (db: Reader, run: Run, asOf: string | number): Promise<number> => {
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
export const differences = async (db: Reader, run: Run, position: number): Promise<readonly Differs[]> => {
  const entities = await changedSince(db, run.no, position, most + 1)
  if (entities.length > most) {
    const [nearest] = (await checkpointsOf(db, run.no, 1_000)).filter(
      (checkpoint) => checkpoint.state.position >= position,
    )
    throw new Failure(
      'invalid_argument',
      `as_of: more than ${most} entities changed since then.`,
      nearest
        ? `Look at a later moment: the newest checkpoint after it is ${nearest.id}.`
        : 'Look at a later moment. Checkpoints made along the way keep an overview.',
      { field: 'as_of', limit: most, ...(nearest && { nearest_checkpoint: nearest.id }) },
    )
  }
  const found: Differs[] = []
  for (const entity of entities) found.push({ entity, was: await db.stateAt(entity, position) })
  return found
}
