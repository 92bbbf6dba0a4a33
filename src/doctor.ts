import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Config } from './config.ts'
import { schema, streams } from './primitives/index.ts'
import { type Lane, laneNo } from './primitives/task/lane.ts'
import { schemaVersion, wholeSchema } from './storage/schema.ts'
import { archiveOf } from './storage/sqlite/archive/archive.ts'
import { seeBoth } from './storage/sqlite/archive/both.ts'
import { audit, type Finding } from './storage/sqlite/audit.ts'
import { cannotOpen } from './storage/sqlite/failures.ts'
import { missingParts } from './storage/sqlite/indexes.ts'
import { checkFile } from './storage/sqlite/migrate.ts'
import { version } from './version.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

/**
 * `baton doctor`: opens the file read-only, checks its hash chain, rebuilds every projection from the log and
 * compares. Safe beside running servers. Exit code 0: sound; 1: the file differs, and where; 2: no such file.
 */
export const doctor = (config: Pick<Config, 'db'>): number => {
  if (!existsSync(config.db)) {
    process.stderr.write(`baton: there is no database at ${config.db}.\nName it with --db or --tenant.\n`)
    return 2
  }
  const db = openToLook(config.db)
  const archive = archiveOf(config.db)
  try {
    const fileSchema = checkFile(db)
    const withArchive = existsSync(archive)
    if (withArchive) seeBoth(db, archive, streams)
    // One snapshot for everything that is compared.
    db.exec('begin')
    say(`baton ${version}, SQLite ${(db.prepare('select sqlite_version() as v').get() as { v: string }).v}`)
    say(
      `file    ${config.db}, schema ${fileSchema} of ${schemaVersion}, ${db.pragma('journal_mode', { simple: true })}`,
    )
    if (fileSchema < schemaVersion) {
      say('older   a server that opens this file brings it up to date; look again after that')
      return 1
    }
    const broken = (db.pragma('integrity_check(5)') as { integrity_check: string }[])
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok')
    const lacking = [...missingParts(db, wholeSchema(streams, schema)), ...wrongLanes(db)]
    const { events, entities, findings, found } = audit(db, streams)
    const kinds = Object.entries(entities).map(([kind, n]) => `${n} ${kind}`)
    say(`log     ${events} events; ${kinds.join(', ') || 'nothing yet'}`)
    const archived = archivedRuns(db)
    if (archived > 0) say(`archive ${archive}, ${archived} runs${withArchive ? '' : ': the file is MISSING'}`)
    leases(db)
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
    return sound ? 0 : 1
  } catch (fault) {
    const { code } = fault as { readonly code?: string }
    if (!code?.startsWith('SQLITE_')) throw fault
    say(`DIFFERS SQLite: the file cannot be read (${code})`)
    return 1
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
const leases = (db: Database.Database): void => {
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
