import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { DomainEvent, Recorded } from '../../src/kernel/event.ts'
import { fold } from '../../src/kernel/stream.ts'
import { streams } from '../../src/primitives/index.ts'
import { withScratch } from '../support/scratch.ts'
import { alternate, type Measure, ratio, timed } from './measure.ts'
import { atLeast } from './rows.ts'
import { type Hands, takeHands } from './tools-in-process.ts'
import type { Result } from './wire.ts'

export interface Sizes {
  /** Events of the run before what is rolled back. */
  readonly history: number
  readonly rounds: number
}

/** Events of one abandoned stretch: 20 tasks made, claimed and completed in it, 20 older ones claimed and completed. */
const made = 20
const older = 20
const batch = 1_000

/** A run with a history of this many events: whole lives, and tasks that are still ready. */
const openRun = async (hands: Hands, history: number) => {
  const { run_id } = await hands.call('start_run', { goal: 'measure' })
  const agent = { run_id, purpose: 'measure', max_concurrent: batch }
  const { agent_id } = await hands.call('spawn_agent', agent)
  const create = (count: number) =>
    hands.call('create_tasks', { run_id, tasks: Array.from({ length: count }, () => ({ task: 'measure' })) })
  const live = async (count: number) => {
    const claimed: Result[] = []
    while (claimed.length < count) claimed.push(await hands.call('claim_task', { run_id, agent_id }))
    const results = claimed.map(({ task: { task_id } }) => ({ task_id, result: 'done' }))
    await hands.call('complete_task', { run_id, results })
  }
  await create(older)
  // A life is three events.
  for (let left = history / 3; left > 0; left -= 100) {
    await create(100)
    await live(100)
  }
  return { run_id, create, live }
}

/** Folds a run anew from its log up to a position, as an event store without the way back of ours must. */
const replay = (db: Database.Database, run: number, position: number): number => {
  const byKind = new Map(streams.map((def) => [def.kind, def]))
  const states = new Map<number, object>()
  const events = db
    .prepare('select seq, run, stream, type, data, at from event where run = ? and seq <= ? order by seq')
    .iterate(run, position) as IterableIterator<Recorded<DomainEvent> & { stream: number; data: string }>
  for (const row of events) {
    const def = byKind.get(row.type.slice(0, row.type.indexOf('.')))
    if (!def) throw new Error(`${row.type} is of no known kind`)
    states.set(row.stream, fold(def, states.get(row.stream), { ...row, data: JSON.parse(row.data) }))
  }
  return states.size
}

/** How many times longer a replay of the run takes than the rollback of its last 100 events. */
export const compare = ({ history, rounds }: Sizes): Promise<number> =>
  withScratch(async (directory) => {
    const file = join(directory, 'baton.db')
    const hands = takeHands(file, 'full')
    const { run_id, create, live } = await openRun(hands, history)
    const db = new Database(file, { readonly: true })
    const { no } = db.prepare('select no from run where id = ?').get(run_id) as { no: number }
    let position = 0
    const stretch = async () => {
      const { checkpoint_id, seq } = await hands.call('create_checkpoint', { run_id })
      position = seq
      await create(made)
      await live(made + older)
      return { run_id, checkpoint_id }
    }
    try {
      const taken = await alternate(rounds, {
        rollback: async () => {
          const asked = await stretch()
          return timed(() => hands.call('rollback_to_checkpoint', asked))
        },
        replay: () => timed(() => replay(db, no, position || Number.MAX_SAFE_INTEGER)),
      })
      return ratio(taken.replay, taken.rollback)
    } finally {
      db.close()
      await hands.close()
    }
  })

/** P8: rolling back the last 100 events of a run of 100,000, durability full, against replaying the run. */
export const measure: Measure = async ({ quick }) => {
  const value = await compare({ history: 100_000, rounds: quick ? 5 : 15 })
  const what = 'rollback of 100 events at 100k history, FULL'
  return { rows: [atLeast('P8', what, value, '× faster than replay', 100)] }
}
