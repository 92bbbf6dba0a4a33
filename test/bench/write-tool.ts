import { join } from 'node:path'
import Database from 'better-sqlite3'
import { withScratch } from '../support/scratch.ts'
import { entry } from '../support/server-process.ts'
import { bundle } from './bundle.ts'
import { bareCommit, type Stored } from './floor/bare-commit.ts'
import { callsPerSecond } from './in-flight.ts'
import { alternate, type Measure, ratio, typical } from './measure.ts'
import { atLeast, atMost } from './rows.ts'
import { type Wire, withWires } from './wire.ts'

export interface Sizes {
  /** Calls of each server that are not counted: so many it takes until V8 has compiled what they run through. */
  readonly warmUp: number
  readonly rounds: number
  /** Calls of a round with one in flight. With many there are four times as many. */
  readonly calls: number
}

const width = 16
const tool = 'report_progress'

/** Claims as many tasks as calls are to be in flight; answers their ids. */
const claimTasks = async (ours: Wire): Promise<readonly string[]> => {
  const { run_id } = await ours.call('start_run', { goal: 'measure' })
  const agent = { run_id, purpose: 'measure', max_concurrent: width }
  const { agent_id } = await ours.call('spawn_agent', agent)
  const tasks = Array.from({ length: width }, (_, n) => ({ task: `measure ${n}` }))
  const { task_ids } = await ours.call('create_tasks', { run_id, tasks })
  for (let n = 0; n < width; n++) await ours.call('claim_task', { run_id, agent_id })
  return Object.values(task_ids)
}

/** What the newest call has stored: its one event, and the row of its task. */
const storedBy = (file: string, task: string): Stored => {
  const db = new Database(file, { readonly: true })
  const event = 'length(type) + length(correlation) + length(hash) + length(data)'
  const newest = db.prepare(`select ${event} from event order by seq desc limit 1`).pluck()
  const row = db.prepare('select length(state) from task where id = ?').pluck()
  const stored = { event: newest.get() as number, row: row.get(task) as number }
  db.close()
  return stored
}

/** The ratios of P3. */
export const compare = ({ warmUp, rounds, calls }: Sizes) =>
  withScratch(async (directory) => {
    const db = join(directory, 'baton.db')
    const echoServer = await bundle('test/bench/floor/echo-server.ts', directory)
    return withWires([[entry, '--db', db], [echoServer]], async ([ours, echo]) => {
      if (!ours || !echo) throw new Error('two servers were asked for')
      const ids = await claimTasks(ours)
      const call = (wire: Wire) => (n: number) =>
        wire.call(tool, { task_id: ids[n % width], note: 'on the way', percent: 50 })
      const many = (wire: Wire, times: number) => callsPerSecond(times, width, call(wire))
      await many(ours, warmUp)
      await many(echo, warmUp)
      const commit = bareCommit(join(directory, 'floor.db'), storedBy(db, ids[0] as string))
      const alone = await alternate(rounds, {
        ours: () => typical(calls, call(ours)),
        echo: () => typical(calls, call(echo)),
        commit: () => typical(calls, commit.once),
      })
      const rates = await alternate(rounds, {
        ours: () => many(ours, calls * 4),
        echo: () => many(echo, calls * 4),
      })
      commit.close()
      const floor = alone.echo.map((echoed, turn) => echoed + (alone.commit[turn] ?? Number.NaN))
      return { alone: ratio(alone.ours, floor), rate: ratio(rates.ours, rates.echo) }
    })
  })

/** P3: report_progress through the built server, durability full, against the SDK's echo and SQLite's commit. */
export const measure: Measure = async ({ quick }) => {
  const found = await compare({ warmUp: 3_000, rounds: quick ? 7 : 21, calls: 200 })
  const sum = '× (SDK echo + bare commit)'
  return {
    rows: [
      atMost('P3', `p50 of ${tool}, 1 in flight, FULL`, found.alone, sum, 1.15),
      atLeast('P3', `calls/s of ${tool}, ${width} in flight, FULL`, found.rate, '× SDK echo', 0.8),
    ],
  }
}
