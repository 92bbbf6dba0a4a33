import { Failure } from '../../errors.ts'

/** The file cannot be a database of ours: a folder, no permission, or something that is not SQLite. */
export const cannotOpen = (file: string, fault: unknown): Failure => {
  if (fault instanceof Failure) return fault
  const { code = 'unknown error' } = fault as { readonly code?: string }
  return new Failure(
    'invalid_argument',
    `The database ${file} cannot be opened (${code}).`,
    'Give the path of a file, not of a folder, that you may read and write, with --db; "baton doctor" looks into it.',
    { field: 'db' },
  )
}

export const closing = (): Failure =>
  new Failure(
    'busy',
    'This server is shutting down; the call was not carried out.',
    'Call again after it restarts.',
  )

export const uncommitted = (): Failure =>
  new Failure(
    'busy',
    'The storage could not commit; nothing of this call was written.',
    'Call again in a moment. If it stays, run "baton doctor" and check that the disk has room.',
  )

export const replaced = (): Failure =>
  new Failure(
    'busy',
    'The database file, or the WAL beside it, was moved or deleted while this server had it open.',
    'Restart the server, so that it opens the file that is there now, and see what it holds before going on.',
  )

export const missingArchive = (): Failure =>
  new Failure(
    'conflict',
    'The archive, a file beside the database that holds what was archived, is missing.',
    'Put the file back under the name of the database followed by "-archive"; "baton doctor" then checks both.',
  )

export const foreignArchive = (): Failure =>
  new Failure(
    'conflict',
    'The archive file beside the database was left there by another database, so nothing is added to it.',
    'Move the file with the name of the database followed by "-archive" away, and archive again.',
  )
