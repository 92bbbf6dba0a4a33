import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { schema, streams } from '../primitives/index.ts'
import { type Lane, laneNo } from '../primitives/task/lane.ts'
import { schemaVersion, wholeSchema } from '../storage/schema.ts'
import { archiveOf } from '../storage/sqlite/archive/archive.ts'
import { seeBoth } from '../storage/sqlite/archive/both.ts'
import { audit, type Finding } from '../storage/sqlite/audit.ts'
import { cannotOpen } from '../storage/sqlite/failures.ts'
import { missingParts } from '../storage/sqlite/indexes.ts'
import { checkFile } from '../storage/sqlite/migrate.ts'

/**
 * Opens a database read-only, checks its hash chain, rebuilds every projection from the log and compares. Safe beside
 * running servers. Tells line by line what it found; answers whether the file is sound.
 */
export const checkDatabase = (file: string, say: (line: string) => void): boolean => {
  const db = openToLook(file)
  const archive = archiveOf(file)
  try {
    const fileSchema = checkFile(db)
    // One snapshot for everything that is compared.
    db.exec('begin')
    const sqlite = (db.prepare('select sqlite_version() as v').get() as { v: string }).v
    const journal = db.pragma('journal_mode', { simple: true })
    say(`file    ${file}, schema ${fileSchema} of ${schemaVersion}, ${journal}, SQLite ${sqlite}`)
    if (fileSchema < schemaVersion) {
      say('older   a server that opens this file brings it up to date; look again after that')
      return false
    }
    const archived = archivedRuns(db)
    // Without an archived run the file was left by a first move that broke off: it may be half made, and counts for nothing.
    const withArchive = archived > 0 && existsSync(archive)
    if (withArchive) {
      seeBoth(db, archive, streams)
      const archiveSchema = db.pragma('archive.user_version', { simple: true }) as number
      if (archiveSchema < schemaVersion) {
        say(
          `older   the archive is of schema ${archiveSchema}; a server that reads from it brings it up to date`,
        )
        return false
      }
    }
    const broken = (db.pragma('integrity_check(5)') as { integrity_check: string }[])
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok')
    const lacking = [...missingParts(db, wholeSchema(streams, schema)), ...wrongLanes(db)]
    const { events, entities, findings, found } = audit(db, streams)
    const kinds = Object.entries(entities).map(([kind, n]) => `${n} ${kind}`)
    say(`log     ${events} events; ${kinds.join(', ') || 'nothing yet'}`)
    if (archived > 0) say(`archive ${archive}, ${archived} runs${withArchive ? '' : ': the file is MISSING'}`)
    leases(db, say)
    for (const line of broken) say(`DIFFERS SQLite: ${line}`)
    for (const { place, problem } of [...lacking, ...findings]) say(`DIFFERS ${place}: ${problem}`)
    if (found > findings.length) say(`DIFFERS … and ${found - findings.length} more`)
    const differences = found + broken.length + lacking.length
    const sound = differences === 0
    say(
      sound
        ? 'sound   the hash chain holds, every projection equals its log'
        : `broken  ${differences} differences`,
    )
    return sound
  } catch (fault) {
    const { code } = fault as { readonly code?: string }
    if (!code?.startsWith('SQLITE_')) throw fault
    say(`DIFFERS SQLite: the file cannot be read (${code})`)
    return false
  } finally {
    db.close()
  }
}

/** How many runs the log says are in the archive. */
const archivedRuns = (db: Database.Database): number =>
  (db.prepare(`select count(*) as n from main.event where type = 'run.archived'`).get() as { n: number }).n

/** Lanes whose number is not that of what they say, and tasks that stand in a lane which no claim would find. */
const wrongLanes = (db: Database.Database): readonly Finding[] => {
  const lanes = db.prepare('select lane, run, agent, "except", requires from lane').all() as (Omit<
    Lane,
    'requires'
  > & {
    readonly lane: number
    readonly requires: string
  })[]
  const findings: Finding[] = []
  for (const { lane, requires, ...who } of lanes)
    if (laneNo({ ...who, requires: JSON.parse(requires) }) !== lane)
      findings.push({ place: `lane ${lane}`, problem: 'is not the lane of what it says' })
  const lost = db.prepare('select id from task where lane not in (select lane from lane) limit 20').all() as {
    id: string
  }[]
  for (const { id } of lost)
    findings.push({ place: `row ${id} of task`, problem: 'stands in a lane that is missing' })
  return findings
}

const openToLook = (file: string): Database.Database => {
  try {
    return new Database(file, { readonly: true, timeout: 5_000 })
  } catch (fault) {
    throw cannotOpen(file, fault)
  }
}

/** Leases that have ended by the clock and wait for the next sweep of a running server. */
const leases = (db: Database.Database, say: (line: string) => void): void => {
  const now = Date.now()
  const rows = db
    .prepare(
      'select id, worker, lease_ends_at as ends from task where lease_ends_at is not null order by lease_ends_at',
    )
    .all() as { id: string; worker: string; ends: number }[]
  const ended = rows.filter(({ ends }) => ends <= now)
  say(`leases  ${rows.length - ended.length} live, ${ended.length} ended and not yet swept`)
  for (const { id, worker, ends } of ended.slice(0, 20))
    say(`        ${id} of ${worker}, ended ${new Date(ends).toISOString()}`)
}
