import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import type { Tx } from '../../../src/kernel/ports.ts'
import { type Spawn, spawnAgent } from '../../../src/primitives/agent/commands/spawn.ts'
import { schema, streams } from '../../../src/primitives/index.ts'
import { noteAnswer } from '../../../src/primitives/model/commands/note.ts'
import { registerModel } from '../../../src/primitives/model/commands/register.ts'
import { unknownMachine } from '../../../src/primitives/presence/alive.ts'
import { routeCandidates } from '../../../src/primitives/routing/candidates.ts'
import type { Features } from '../../../src/primitives/routing/decide/features.ts'
import type { Obstacle } from '../../../src/primitives/routing/decide/request.ts'
import { startRun } from '../../../src/primitives/run/commands/conduct.ts'
import { SqliteStore } from '../../../src/storage/sqlite/store.ts'
import { endpointAt } from '../../runners/model/a-turn.ts'
import { tempFile } from '../../support/client.ts'
import { attempts, call, note } from './attempts.ts'

const features: Features = { type: '', length: 'short', urgency: 'normal', requires: ['programming'] }

const spawned: readonly Spawn[] = [
  {
    purpose: 'codes',
    name: 'coder',
    runner: 'command',
    runner_options: { command: 'code' },
    capabilities: [{ name: 'typescript', proficiency: 0.8, is_a: ['programming'] }],
    max_concurrent: 2,
  },
  { purpose: 'writes', name: 'writer', runner: 'command', runner_options: { command: 'write' } },
  { purpose: 'waits', name: 'idle', capabilities: ['programming'] },
  {
    purpose: 'asks',
    name: 'asker',
    runner: 'model',
    runner_options: { model: 'llama' },
    capabilities: ['programming'],
  },
]

const world = async (tx: Tx) => {
  const run = await startRun(tx, { goal: 'test' })
  await registerModel(tx, endpointAt('http://127.0.0.1:1', { name: 'llama' }), 'config', () => undefined)
  const ids: string[] = []
  for (const spawn of spawned) ids.push((await spawnAgent(tx, run, spawn)).agent.id)
  return { run: run.no, ids }
}

describe('what a task costs by price', () => {
  const price = { usd_per_hour: 3.6, tokens_per_s: 100 }
  const asker = (name: string): Spawn => ({
    purpose: 'asks',
    name,
    runner: 'model',
    runner_options: { model: name },
  })

  it('is the same use at each: the most that one may take, then what turns took; no price is no cost', async () => {
    const file = tempFile()
    const store = new SqliteStore({ file, durability: 'normal', streams, schema, clock: Date.now, newId })
    const costs = async (tx: Tx, run: number) => {
      const asked = { run, features: { ...features, requires: [] }, machine: unknownMachine, pricedFor: 100 }
      const found = await routeCandidates(tx, asked)
      return found.map((one) => [one.name, one.cost_per_task_usd, one.by_price])
    }
    await store.execute(
      async (tx) => {
        const run = await startRun(tx, { goal: 'test' })
        for (const [name, more] of Object.entries({
          machine: { price, max_output_tokens: 900 },
          api: { price: { input_per_million_usd: 1, output_per_million_usd: 50 }, max_output_tokens: 2_000 },
          free: {},
        })) {
          const at = endpointAt('http://127.0.0.1:1', { name, ...more })
          await registerModel(tx, at, 'config', () => undefined)
          await spawnAgent(tx, run, asker(name))
        }
        // 1,000 tokens / 100 / 3,600 h × 3.6 $/h; 100 × 1 + 900 × 50 a million.
        const most = { n: 0, input_tokens: 100, output_tokens: 900 }
        expect(await costs(tx, run.no)).toEqual([
          ['machine', expect.closeTo(0.01, 12), most],
          ['api', expect.closeTo(0.0451, 12), most],
          ['free', null, undefined],
        ])
        const answered = { ok: true, ms: 1, tokens: 60, input_tokens: 50, output_tokens: 10, turn: 'trn_a' }
        for (let i = 0; i < 5; i++) await noteAnswer(tx, 'api', answered)
        await noteAnswer(tx, 'api', { ...answered, ok: false, input_tokens: 9_999, counted: false })
        const mean = { n: 5, input_tokens: 50, output_tokens: 10 }
        expect(await costs(tx, run.no)).toEqual([
          ['machine', expect.closeTo(0.0006, 12), mean],
          ['api', expect.closeTo(0.00055, 12), mean],
          ['free', null, undefined],
        ])
      },
      undefined,
      call,
    )
    await store.close()
  })
})

describe('the candidates of a run', () => {
  it('come with what the log knows of them and of their arms', async () => {
    const all = [...streams, attempts]
    const file = tempFile()
    const options = { file, durability: 'normal', streams: all, schema, clock: Date.now, newId } as const
    const store = new SqliteStore(options)
    const { run, ids } = await store.execute(world, undefined, call)
    const [, , , asker = ''] = ids
    const done = { ok: true, busyMs: 100, costUsd: 0.5 } as const
    const past = [done, done, { ok: false, costUsd: 0.2 } as const]
    await store.execute(
      note,
      past.map((outcome) => ({ arm: '-|command|code', of: features, outcome })),
      call,
    )
    const barred = new Map<string, Obstacle>([[asker, 'circuit_open']])
    const weights = new Map([['coder', 3]])
    const input = { run, features, machine: unknownMachine, barred, weights }
    const found = await store.read(routeCandidates, input)
    await store.close()

    expect(found.map(({ agent_id, order }) => [agent_id, order])).toEqual(ids.map((id, i) => [id, i]))
    const counts = { done: 2, failed: 1 }
    expect(found[0]).toEqual({
      agent_id: ids[0],
      name: 'coder',
      arm: '-|command|code',
      order: 0,
      weight: 3,
      load: { claimed: 0, max: 2 },
      success: { done: 0, failed: 0 },
      cost_per_task_usd: expect.closeTo(0.4, 9),
      proficiency: 0.8,
      available: true,
      learned: { overall: counts, type: counts, cell: counts },
    })
    expect(found.map(({ available }) => available)).toEqual([
      true,
      'lacks_capability',
      'no_worker',
      'circuit_open',
    ])
    expect(found[2]).toMatchObject({
      arm: '~idle|client|-',
      weight: 1,
      learned: null,
      cost_per_task_usd: null,
    })
  })
})
