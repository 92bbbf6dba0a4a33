import { notFound } from '../../errors.ts'
import type { Reader } from '../../kernel/ports.ts'
import type { AnyEntity } from '../../kernel/stream.ts'
import { agentNamed } from '../agent/find.ts'
import { checkpointNamed } from '../checkpoint/find.ts'
import { streams } from '../index.ts'
import type { Run } from '../run/find.ts'
import { taskNamed } from '../task/find.ts'

/**
 * What an observer means: an id of any kind, the key of a task, the name of an agent, the label of a checkpoint, in
 * this order. What a rollback has undone is found by its id: its story is still in the log.
 */
export const subjectOf = async (db: Reader, run: Run, handle: string): Promise<AnyEntity> => {
  for (const def of streams) {
    const entity = await db.load(def, handle)
    if (entity?.run === run.no) return entity
  }
  const named =
    (await taskNamed(db, run.no, handle)) ??
    (await agentNamed(db, run.no, handle)) ??
    (await checkpointNamed(db, run.no, handle))
  if (!named) throw notFound('subject', handle, 'Give the id, key or name of something in this run.')
  return named
}
