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

/** 100 events that are then abandoned: 20 tasks made, claimed and completed, 20 older ones claimed and completed. */
const made = 20
const older = 20
/** The most tasks that complete_task claims next. */
const batch = 64

/** A run that lives through tasks, as many as a call takes at a time. */
const openRun = async (hands: Hands) => {
  const { run_id } = await hands.call('start_run', { goal: 'measure' })
  const agent = { run_id, purpose: 'measure', max_concurrent: batch }
  const { agent_id } = await hands.call('spawn_agent', agent)
  const create = (count: number) =>
    hands.call('create_tasks', { run_id, tasks: Array.from({ length: count }, () => ({ task: 'measure' })) })
  const complete = async (claimed: readonly Result[], next: number): Promise<readonly Result[]> => {
    const results = claimed.map(({ task: { task_id } }) => ({ task_id, result: 'done' }))
    const more = next > 0 ? { claim_next: next } : {}
    return (await hands.call('complete_task', { run_id, results, ...more })).next
  }
  const claim = async (count: number): Promise<readonly Result[]> => {
    const claimed: Result[] = []
    while (claimed.length < count) claimed.push(await hands.call('claim_task', { run_id, agent_id }))
    return claimed
  }
  /** Makes a history of this many events, a life being three, and leaves a few tasks that are ready. */
  const age = async (events: number) => {
    await create(older + batch)
    let claimed = await claim(batch)
    for (let left = events / 3 - batch; left > 0; left -= batch) {
      await create(batch)
      claimed = await complete(claimed, batch)
    }
    await complete(claimed, 0)
  }
  /** What a rollback is then to take back. Answers the checkpoint before it. */
  const stretch = async (): Promise<{ checkpoint_id: string; seq: number }> => {
    const checkpoint = await hands.call('create_checkpoint', { run_id })
    await create(made)
    await complete(await claim(made + older), 0)
    return checkpoint
  }
  return { run_id, age, stretch }
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
    const { run_id, age, stretch } = await openRun(hands)
    await age(history)
    const db = new Database(file, { readonly: true })
    const { no } = db.prepare('select no from run where id = ?').get(run_id) as { no: number }
    let position = 0
    try {
      const taken = await alternate(rounds, {
        rollback: async () => {
          const { checkpoint_id, seq } = await stretch()
          position = seq
          return timed(() => hands.call('rollback_to_checkpoint', { run_id, checkpoint_id }))
        },
        replay: () => timed(() => replay(db, no, position)),
      })
      return ratio(taken.replay, taken.rollback)
    } finally {
      db.close()
      await hands.close()
    }
  })

/**
 * P8: rolling back the last 100 events of a run of 100,000, durability full, against replaying the run. The longer the
 * run, the longer its replay, so of a shorter one (quick: 20,000) less is asked.
 */
export const measure: Measure = async ({ quick }) => {
  const history = quick ? 20_000 : 100_000
  const value = await compare({ history, rounds: quick ? 3 : 11 })
  const what = `rollback of 100 events at ${history / 1_000}k history, FULL`
  return { rows: [atLeast('P8', what, value, '× faster than replay', history / 1_000)] }
}
