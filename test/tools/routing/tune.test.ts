import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { streams } from '../../../src/primitives/index.ts'
import { observeTuning } from '../../../src/primitives/tuning/commands/observe.ts'
import { knobs } from '../../../src/primitives/tuning/find.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import { seen, windowMs } from '../../primitives/tuning/simulator.ts'
import { type Board, startBoard } from '../board.ts'

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const call = { actor: { session: 'ses_dispatcher', client: 'baton' }, correlation: 'call_window' }
/** Lets a dispatcher tell so many windows. */
const observe = async (windows: number, behaviour: Parameters<typeof seen>[1] = { p99: 5, queue: 500 }) => {
  for (let i = 0; i < windows; i++) {
    board.clock.passes(windowMs)
    await board.store.execute(observeTuning, seen(board.clock.now, behaviour), call)
  }
}

describe('tune', () => {
  it('without arguments only reads, before anything was seen as well', async () => {
    const head = () => board.store.read(async (db) => db.head, {})
    const before = await head()
    expect(await board.call('tune')).toEqual({
      run_id: board.run_id,
      batch_size: 4,
      concurrency: 4,
      objective: 'latency',
      target_p99_ms: null,
      bounds: { batch_size: { min: 1, max: 16 }, concurrency: { min: 2, max: 32 } },
      frozen: false,
      enabled: true,
      last_changes: [],
      last_observation: null,
    })
    expect(await board.say('tune')).toContain('Insufficient data')
    expect(await head()).toBe(before)
  })

  it('shows what the dispatcher saw, and what was changed for it', async () => {
    await board.call('tune', { target_p99_ms: 60 })
    await observe(2)
    const shown = await board.call('tune')
    expect(shown).toMatchObject({
      batch_size: 4,
      concurrency: 8,
      last_changes: [
        {
          at: new Date(board.clock.now).toISOString(),
          before: { batch_size: 4, concurrency: 4 },
          after: { batch_size: 4, concurrency: 8 },
          why: 'p99 5 ms leaves room under 60 ms: concurrency 4 → 8.',
        },
      ],
      last_observation: { completed: 100, queue_depth: 500, latency_ms: { p99: 5, n: 100 } },
    })
    expect(await board.store.read(knobs, {})).toEqual({ batch_size: 4, concurrency: 8 })
    expect(await board.say('tune')).toContain('concurrency 4 → 8')
  })

  it('is one for all servers on a file, and outlives them', async () => {
    await board.call('tune', { objective: 'throughput', set: { batch_size: 7 } })
    const other = await board.another()
    expect(await other.call('tune')).toMatchObject({ objective: 'throughput', batch_size: 7 })
  })

  it('clamps to narrower bounds at once and logs who asked', async () => {
    const answer = await board.call('tune', { bounds: { batch_size: { max: 2 } } })
    expect(answer).toMatchObject({ batch_size: 2, last_changes: [{ why: 'Brought within new bounds.' }] })
    const { client } = await board.store.read(async (db) => {
      const event = await db.event(db.head)
      expect(event).toMatchObject({ type: 'tuning.bounded', run: 0 })
      return { client: event?.actor }
    }, {})
    expect(client).toBeGreaterThan(0)
  })

  it('frozen or off observes and moves nothing', async () => {
    for (const asked of [{ freeze: true }, { freeze: false, enabled: false }]) {
      await board.call('tune', { target_p99_ms: 60, ...asked })
      await observe(10)
      expect(await board.call('tune')).toMatchObject({
        batch_size: 4,
        concurrency: 4,
        last_observation: { completed: 100 },
      })
    }
    expect(await board.say('tune')).toContain('Off: it observes and changes nothing.')
    expect(await board.call('tune', { reset: true })).toMatchObject({ enabled: true, frozen: false })
  })

  it('shows the front of what was tried, for balanced only', async () => {
    await board.call('tune', { objective: 'balanced', weights: { latency: 1, throughput: 1 } })
    await observe(6)
    const { front, weights } = await board.call('tune')
    expect(weights).toEqual({ latency: 1, throughput: 1, cost: 0 })
    expect(front.length).toBeGreaterThan(0)
    expect(front.filter(({ knee }: { knee: boolean }) => knee)).toHaveLength(1)
    expect(front[0]).toMatchObject({ latency_p99_ms: 5, throughput_per_s: 10, cost_usd: null })
    expect(await board.call('tune', { objective: 'cost' })).not.toHaveProperty('front')
  })

  it('refuses what cannot be, and then changes nothing', async () => {
    for (const [asked, field] of [
      [{ bounds: { batch_size: { min: 9, max: 3 } } }, 'bounds.batch_size'],
      [{ set: { concurrency: 9 }, bounds: { concurrency: { max: 8 } } }, 'set.concurrency'],
      [{ weights: { cost: 1 } }, 'weights'],
    ] as const)
      await expect(board.call('tune', asked)).rejects.toMatchObject({
        code: 'invalid_argument',
        report: { details: { field } },
      })
    await expect(board.call('tune', { set: { batch_size: 17 } })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await expect(board.call('tune', { speed: 9 })).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(await board.call('tune')).toMatchObject({ batch_size: 4, concurrency: 4, last_changes: [] })
  })

  it('lets a worker look, and not touch', async () => {
    const worker = await board.another()
    await worker.call('join_as_agent', { run_id: board.run_id, agent_id: board.agent_id })
    expect(await worker.call('tune')).toMatchObject({ batch_size: 4 })
    for (const asked of [{ freeze: true }, { freeze: false }, { set: { batch_size: 1 } }, { reset: true }])
      await expect(worker.call('tune', asked)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('is left alone by a rollback: what was measured stays', async () => {
    const { checkpoint_id } = await board.call('create_checkpoint')
    await board.call('tune', { target_p99_ms: 60 })
    await observe(2)
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    expect(await board.call('tune')).toMatchObject({ concurrency: 8, target_p99_ms: 60 })
  })

  it('keeps its row equal to what its log folds to', async () => {
    await board.call('tune', { objective: 'balanced', target_p99_ms: 60 })
    await observe(30)
    await board.call('tune', { bounds: { concurrency: { max: 6 } }, set: { batch_size: 2 }, freeze: true })
    await observe(3, { p99: 90, queue: 0, failed: 4 })
    const file = new Database(board.file, { readonly: true })
    try {
      const { findings, entities } = audit(file, streams)
      expect(findings).toEqual([])
      expect(entities.tuning).toBe(1)
    } finally {
      file.close()
    }
  })
})
