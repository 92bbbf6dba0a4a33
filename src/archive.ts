import { existsSync } from 'node:fs'
import { openStore } from './compose.ts'
import type { Config } from './config.ts'
import { Failure } from './errors.ts'
import type { Call } from './kernel/ports.ts'
import { archiveRun } from './primitives/run/commands/archive.ts'
import { archivable } from './primitives/run/list.ts'
import { createLog } from './telemetry/log.ts'

const dayMs = 86_400_000

/**
 * `baton archive`: moves every run that ended at least `days` ago into the file beside the database, one after
 * another; safe beside running servers. Exit code 0: done; 1: a run could not be moved; 2: no such database.
 */
export const archive = async (
  config: Pick<Config, 'db' | 'durability' | 'logLevel'>,
  days: number,
): Promise<number> => {
  if (!existsSync(config.db)) {
    process.stderr.write(`baton: there is no database at ${config.db}.\nName it with --db or --tenant.\n`)
    return 2
  }
  const store = openStore(config, createLog(config.logLevel))
  const call: Call = { actor: { session: 'archive', client: 'baton' }, correlation: 'archive' }
  const speaker = { run: undefined, joined: [] }
  const say = (line: string) => process.stdout.write(`${line}\n`)
  let events = 0
  try {
    const runs = await store.read(archivable, Date.now() - days * dayMs)
    for (const run_id of runs) {
      const moved = await store.execute(archiveRun, { run_id, speaker }, call)
      events += moved.events
      say(`${run_id}  ${moved.events} events, ${moved.tasks} tasks`)
    }
    say(
      `Archived ${runs.length} runs that ended ${days} or more days ago, ${events} events. They can still be read.`,
    )
    return 0
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure
    process.stderr.write(`baton: ${failure.message}\n${failure.hint}\n`)
    return 1
  } finally {
    await store.close()
  }
}
