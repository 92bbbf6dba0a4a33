import { execFile } from 'node:child_process'
import Database from 'better-sqlite3'
import { entry } from './server-process.ts'

/** An event of the log with the id of what it happened to. */
export interface Logged {
  readonly seq: number
  readonly type: string
  /** Id of the task, agent, run or checkpoint. */
  readonly subject: string
  readonly at: number
  // biome-ignore lint/suspicious/noExplicitAny: events of any type
  readonly data: Record<string, any>
}

const kinds = ['task', 'agent', 'run', 'checkpoint'] as const

/** Reads the events of these types from the file itself, in order: no server stands in between. */
export const readLog = (db: string, types: readonly string[]): readonly Logged[] => {
  const file = new Database(db, { readonly: true, timeout: 5_000 })
  try {
    const subject = `coalesce(${kinds.map((kind) => `(select id from "${kind}" where no = e.stream)`).join(', ')})`
    const places = types.map(() => '?').join(', ')
    const rows = file
      .prepare(
        `select seq, type, ${subject} as subject, at, data from event e where type in (${places}) order by seq`,
      )
      .all(...types) as (Omit<Logged, 'data'> & { data: string })[]
    return rows.map((row) => ({ ...row, data: JSON.parse(row.data) }))
  } finally {
    file.close()
  }
}

/** How often each type of event is in the log. */
export const countEvents = (db: string): Readonly<Record<string, number>> => {
  const file = new Database(db, { readonly: true, timeout: 5_000 })
  try {
    const rows = file.prepare('select type, count(*) as n from event group by type').all()
    return Object.fromEntries((rows as { type: string; n: number }[]).map(({ type, n }) => [type, n]))
  } finally {
    file.close()
  }
}

/** What `baton doctor` says of the file: it recomputes the hash chain and every projection. */
export const doctor = (db: string): Promise<{ readonly sound: boolean; readonly said: string }> =>
  new Promise((told) => {
    execFile(
      process.execPath,
      [entry, 'doctor', '--db', db],
      { timeout: 600_000, maxBuffer: 1 << 26 },
      (failed, out, err) => told({ sound: failed === null, said: out + err }),
    )
  })
