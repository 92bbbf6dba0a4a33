import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { eventually, later, pause } from '../support/deadline.ts'
import { doctor } from '../support/log-file.ts'
import type { ProcessClient } from '../support/process-client.ts'
import { Random } from '../support/random.ts'
import { addAgent, startRun } from '../support/run.ts'
import { type Outcome, prove } from './proof.ts'
import { create, type Storm, work } from './storm/hands.ts'
import { checkAcknowledged, checkLives } from './storm/ledger.ts'
import { Slot } from './storm/slot.ts'

export interface StormOptions {
  readonly seed: number
  readonly servers: number
  readonly kills: number
  /** The longest time between two kills, ms; it is drawn at random below that. */
  readonly lullMs: number
}

/** How long the tasks may take to end once the killing is over, ms. */
const calm = 60_000
const workersEach = 4

/**
 * Servers are killed at random moments in the middle of their work and replaced, hundreds of times: no acknowledged
 * write is lost, nothing happens twice, the file stays sound, and all work is finished in the end.
 */
export const storm = (options: StormOptions): Promise<Outcome> =>
  prove('storm', async ({ directory, faults }) => {
    const db = join(directory, 'baton.db')
    const random = new Random(options.seed)
    const seen = { calls: 0, unanswered: 0, repeated: 0, 'late reports refused': 0 }
    const slots = Array.from({ length: options.servers }, () => new Slot(db))
    const shared: Storm = { runId: '', ledger: [], faults, seen, ebbing: false, over: false }
    let kills = 0
    let acknowledged = 0
    try {
      const [first] = slots as [Slot]
      const conductor = (await first.client()) as ProcessClient
      shared.runId = await startRun(conductor, 'weather it')
      const hands: Promise<void>[] = []
      for (const [i, slot] of slots.entries()) {
        hands.push(create(shared, slot, random.fork(), `creator-${i}`))
        for (let n = 0; n < workersEach; n++) {
          const agent = await addAgent(conductor, shared.runId, { max_concurrent: 20 })
          hands.push(work(shared, slot, random.fork(), agent))
        }
      }
      const working = later(Promise.all(hands))
      kills = await Promise.race([strike(slots, random.fork(), options), working.then(() => 0)])
      shared.ebbing = true
      await Promise.race([
        eventually(calm, 'the end of all tasks', () => (openTasks(db) === 0 ? true : undefined), 100),
        working,
      ]).catch((late) => faults.add(`${late.message}; ${openTasks(db)} are open`))
      shared.over = true
      await working
      // One by one: of two that close at once, SQLite lets neither be the last, which removes the WAL.
      for (const slot of slots) await slot.close()
      faults.expect(!existsSync(`${db}-wal`), 'a WAL was left behind')
      acknowledged = checkAcknowledged(db, shared.ledger, faults)
    } finally {
      shared.ebbing = shared.over = true
      await Promise.all(slots.map((slot) => slot.end()))
    }
    faults.expect(kills >= options.kills, `${kills} of ${options.kills} kills`)
    for (const slot of slots) {
      for (const deserter of slot.deserters) faults.add(`a server ended by itself, ${deserter}`)
      faults.complaintsOf(slot.servers)
    }
    const { done, failed, open } = checkLives(db, faults)
    faults.expect(open === 0, `${open} tasks never ended`)
    const { sound, said } = await doctor(db)
    faults.expect(sound, `doctor: ${said}`)
    return { kills, acknowledged, ...seen, done, failed }
  })

/** Kills at random moments: mostly one server, now and then all of them at once. Answers how many died. */
const strike = async (slots: readonly Slot[], random: Random, options: StormOptions): Promise<number> => {
  let kills = 0
  while (kills < options.kills) {
    await pause(random.int(0, options.lullMs))
    const struck = random.chance(0.05) ? slots : [random.pick(slots)]
    await Promise.all(struck.map((slot) => slot.kill()))
    kills += struck.length
  }
  return kills
}

/** Tasks that have not ended, counted in the file itself. */
const openTasks = (db: string): number => {
  const file = new Database(db, { readonly: true, timeout: 5_000 })
  try {
    const sql = `select count(*) as n from task where status not in ('done', 'failed', 'cancelled', 'undone')`
    return (file.prepare(sql).get() as { n: number }).n
  } finally {
    file.close()
  }
}
