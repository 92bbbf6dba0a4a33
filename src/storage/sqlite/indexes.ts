import type Database from 'better-sqlite3'
import type { Finding } from './audit.ts'

/** The tables and indexes that the schema makes and the file lacks: without one, reads are slow or find nothing. */
export const missingParts = (db: Database.Database, schema: readonly string[]): readonly Finding[] => {
  const there = new Set(db.prepare('select name from main.sqlite_master').pluck().all())
  const findings: Finding[] = []
  for (const sql of schema) {
    const [, kind, name] = /^create (?:unique )?(index|table) "?(\w+)"?/.exec(sql) ?? []
    if (name !== undefined && !there.has(name))
      findings.push({ place: `${kind} ${name}`, problem: 'is missing' })
  }
  return findings
}
