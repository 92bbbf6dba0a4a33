import { Failure } from '../errors.ts'
import type { Connection } from './reader.ts'

/** The place beside the log where archived runs are, as reads and transactions need it. */
export interface ArchivePort {
  /** Reads the log and the archive as one; undefined when there is no archive. */
  beyond(): Connection | undefined
  /** Moves all of a run there but its own row, from within a transaction. Answers the number of its events. */
  moveOut(run: number): number
}

/** Only what looks like an id is looked for in the archive: keys and names are tried as ids first, and mostly are none. */
export const looksLikeId = (id: string): boolean => /^(run|agt|tsk|chk|trn|pol|orc|evl|dec|prp|esc)_/.test(id)

/** Refuses a write to what was archived, whatever a command decided. */
export const readOnly = (id: string): Failure =>
  new Failure(
    'conflict',
    `${id} belongs to a run that was archived; it can be read, not changed.`,
    'Open a new run with start_run to go on from its results.',
    { id },
  )

/** Refuses to archive a run together with changes of it that are not committed yet. */
export const changing = (): Failure =>
  new Failure('busy', 'The run was changed at this very moment, so it was not archived.', 'Archive it again.')
