import { notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import { statement } from '../../kernel/statement.ts'
import type { Entity } from '../../kernel/stream.ts'
import { mustNotBeArchived } from '../run/decide.ts'
import { type Run, runByNo, type Speaker, theRun } from '../run/find.ts'
import { type CheckpointTables, checkpointStream } from './rows.ts'
import type { CheckpointEvent, CheckpointState } from './state.ts'

export type Checkpoint = Entity<CheckpointState, CheckpointEvent>

const labelled = statement<CheckpointTables, { run: number; label: string }>()((db, p) =>
  db
    .selectFrom('checkpoint')
    .select('no')
    .where('run', '=', p.run)
    .where('label', '=', p.label)
    .orderBy('no', 'desc'),
)
const newest = statement<CheckpointTables, { run: number; limit: number }>()((db, p) =>
  db.selectFrom('checkpoint').select('no').where('run', '=', p.run).orderBy('no', 'desc').limit(p.limit),
)

/** The checkpoint with this id, or the newest with this label, or undefined. */
export const checkpointNamed = async (
  db: Reader,
  run: number,
  handle: string,
): Promise<Checkpoint | undefined> => {
  const byId = await db.load(checkpointStream, handle)
  if (byId) return byId.run === run ? byId : undefined
  const row = await db.one(labelled, { run, label: handle })
  return row && db.loadNo(checkpointStream, row.no)
}

const theCheckpoint = async (db: Reader, run: number, handle: string): Promise<Checkpoint> => {
  const found = await checkpointNamed(db, run, handle)
  if (!found)
    throw notFound('checkpoint', handle, 'get_run lists the checkpoints of a run; an id or a label will do.')
  return found
}

/** The checkpoint to return to, and its run: from the id, else from what the session means. */
export const checkpointAndRun = async (
  db: Reader,
  handle: string,
  runId: string | undefined,
  speaker: Speaker,
): Promise<{ readonly run: Run; readonly checkpoint: Checkpoint }> => {
  const byId = runId === undefined ? await db.load(checkpointStream, handle) : undefined
  const run = byId ? await runByNo(db, byId.run) : await theRun(db, runId, speaker)
  const refusal = mustNotBeArchived(run.id, run.state)
  if (refusal) throw refusal
  return { run, checkpoint: await theCheckpoint(db, run.no, handle) }
}

/** The newest checkpoints of a run, newest first. */
export const checkpointsOf = async (
  db: Reader,
  run: number,
  limit: number,
): Promise<readonly Checkpoint[]> => {
  const found: Checkpoint[] = []
  for (const { no } of await db.all(newest, { run, limit })) {
    const checkpoint = await db.loadNo(checkpointStream, no)
    if (checkpoint) found.push(checkpoint)
  }
  return found
}
