import Database from 'better-sqlite3'
import { Failure } from '../../errors.ts'
import { applicationId, schemaVersion } from '../schema.ts'

const pragma = (db: Database.Database, name: string): number => db.pragma(name, { simple: true }) as number

const foreign = () =>
  new Failure(
    'conflict',
    'The database file was not made by Baton, so it is left alone.',
    'Give another file with --db.',
  )

const isEmpty = (db: Database.Database): boolean => {
  try {
    return (db.prepare('select count(*) as n from sqlite_master').get() as { n: number }).n === 0
  } catch (fault) {
    if (fault instanceof Database.SqliteError && fault.code === 'SQLITE_NOTADB') throw foreign()
    throw fault
  }
}

/** Refuses a file that another program made, or a newer Baton; answers its schema version (0: empty). */
export const checkFile = (db: Database.Database): number => {
  const empty = isEmpty(db)
  const version = pragma(db, 'user_version')
  const owner = pragma(db, 'application_id')
  if (owner !== applicationId && !(empty && owner === 0 && version === 0)) throw foreign()
  if (version > schemaVersion) {
    throw new Failure(
      'conflict',
      `The database file has schema ${version}; this Baton knows schemas up to ${schemaVersion}.`,
      'Update Baton (npm install -g baton-mcp@latest), or give another file with --db.',
      { file_schema: version, known_schema: schemaVersion },
    )
  }
  return version
}

/**
 * Brings the file to the newest schema. Safe when several processes open it at once: the version is read again
 * under the write lock, and one step is one transaction.
 */
export const migrate = (db: Database.Database, steps: readonly (readonly string[])[]): void => {
  while (checkFile(db) < steps.length) {
    db.transaction(() => {
      const version = checkFile(db)
      const step = steps[version]
      if (!step) return
      for (const sql of step) db.exec(sql)
      db.pragma(`application_id = ${applicationId}`)
      db.pragma(`user_version = ${version + 1}`)
    }).immediate()
  }
}
