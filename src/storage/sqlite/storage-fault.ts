import Database from 'better-sqlite3'

const codes = /^SQLITE_(BUSY|FULL|IOERR|NOMEM|CORRUPT|READONLY|PROTOCOL|CANTOPEN|NOTADB)/

/** A fault of the disk or the file rather than of one statement: who meets one knows nothing about what was written. */
export const isStorageFault = (fault: unknown): boolean =>
  fault instanceof Database.SqliteError && codes.test(fault.code)
