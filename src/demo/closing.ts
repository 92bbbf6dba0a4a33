import { execFile } from 'node:child_process'
import type { Place } from './connection.ts'
import { count, plural, seconds } from './format.ts'
import type { MapReduced } from './map-reduce.ts'
import { gone } from './processes.ts'
import type { WentBack } from './round-two.ts'
import type { Stage } from './stage.ts'
import type { Story } from './story.ts'

/** Ends all processes but this one; answers how many there were, this one included. */
export const close = async ({ baton, crew, story }: Stage): Promise<number> => {
  await crew.end()
  await baton.close()
  const pids = [...crew.pids(), baton.pid]
  const left = await gone(pids, 1_000)
  story.hold(
    'no process is left behind',
    left.map((pid) => `process ${pid} still runs`),
  )
  return pids.length + 1
}

/** Has the database checked by `baton doctor`. */
export const examine = async ({ entry, db }: Place, story: Story): Promise<void> => {
  const args = [...process.execArgv, entry, 'doctor', '--db', db]
  const said = await new Promise<string | undefined>((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve(error === null ? undefined : `${stdout}${stderr}`.trim() || error.message),
    )
  })
  story.hold(
    'the log is whole, and every row follows from it (baton doctor)',
    said === undefined ? [] : said.split('\n'),
  )
}

/** The run in numbers, all of them measured. */
export const numbers = (
  { watch, story, screen }: Stage,
  { takeover, tookMs, plainMs }: MapReduced,
  { undoneTasks }: WentBack,
  { processes, leaseMs }: { readonly processes: number; readonly leaseMs: number },
): readonly string[] => {
  const done = watch.events.filter(({ type }) => type === 'task.completed')
  const heldMs = done.reduce((sum, { data }) => sum + heldIn(data), 0)
  const rows = [
    ['processes', `${processes} at once, all ended`],
    ['tasks', `${done.length} done, of which the rollback has undone ${undoneTasks}`],
    ['log', `${plural(watch.events.length, 'event')}, those of the round that was undone included`],
    [
      'takeover',
      `${seconds(takeover.claimedAfterMs)} after the kill, by the end of a lease of ${seconds(leaseMs)}`,
    ],
    ['survey', `${seconds(tookMs)} by the workers, kill included; ${seconds(plainMs)} by one process`],
    ['pacing', heldMs < 50 ? 'none' : `small tasks were held back to be seen, ${seconds(heldMs)} in all`],
    [
      'in all',
      `${seconds(Date.now() - story.begun)}; of ${count(story.claims.held + story.claims.failed)} claims ${story.claims.held} hold`,
    ],
  ] as const
  return rows.map(([name, value]) => `  ${screen.paint('cyan', name.padEnd(9))}  ${value}`)
}

const heldIn = (data: unknown): number =>
  (data as { metrics?: { held_ms?: number } | null } | undefined)?.metrics?.held_ms ?? 0
