import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer, ProcessClient, Structured } from './process-client.ts'
import { entry } from './server-process.ts'

/** A database with a configuration file beside it, and the flags of a server on both. */
export interface Site {
  readonly directory: string
  readonly db: string
  readonly flags: readonly string[]
}

/** Writes a configuration into a folder; `programs` are scripts for node, which its commands may name. */
export const siteIn = async (
  directory: string,
  config: object,
  programs: Readonly<Record<string, string>> = {},
  name = 'baton',
): Promise<Site> => {
  for (const [program, code] of Object.entries(programs))
    await writeFile(join(directory, `${program}.mjs`), code)
  const file = join(directory, `${name}.json`)
  await writeFile(file, JSON.stringify(config))
  return { directory, db: join(directory, 'baton.db'), flags: ['--config', file, '--toolsets', 'all'] }
}

/** The argv of such a script. */
export const scriptIn = (directory: string, program: string, ...args: readonly string[]) => ({
  argv: [process.execPath, join(directory, `${program}.mjs`), ...args],
})

/** Waits until every task of a run has come to its end. */
export const allEnded = async (client: ProcessClient, run_id: string): Promise<void> => {
  for (;;) {
    const { pending_total } = await client.must('await_responses', { run_id, timeout_ms: 20_000 })
    if (pending_total === 0) return
  }
}

/** What `baton doctor` says of a database, and with which code it ends. */
export const doctor = (db: string): Promise<{ readonly code: number; readonly said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [entry, 'doctor', '--db', db], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr }),
    )
  })

/** Every event of a run, with its data. */
export const eventsOf = async (
  client: ProcessClient,
  run_id: string,
  more: Structured = {},
): Promise<Structured[]> => {
  const found: Structured[] = []
  let after = '0'
  for (;;) {
    const {
      events,
      more: further,
      cursor,
    } = await client.must('observe_events', {
      run_id,
      after,
      limit: 200,
      verbose: true,
      ...more,
    })
    found.push(...events)
    if (!further) return found
    after = cursor
  }
}

/** The code of a refusal; fails when the call was carried out. */
export const codeOf = (answer: Answer): string => {
  if (answer.ok) throw new Error(`it was carried out: ${JSON.stringify(answer.value)}`)
  return answer.code
}
