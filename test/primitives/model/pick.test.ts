import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import type { Tx } from '../../../src/kernel/ports.ts'
import type { StreamDef } from '../../../src/kernel/stream.ts'
import { breakerOf } from '../../../src/primitives/breaker/queries.ts'
import { streams } from '../../../src/primitives/index.ts'
import { noteProbe } from '../../../src/primitives/model/commands/note.ts'
import { type Pick, type Picked, pickEndpoint } from '../../../src/primitives/model/commands/pick.ts'
import { registerModel, removeModel } from '../../../src/primitives/model/commands/register.ts'
import type { ModelEndpoint } from '../../../src/primitives/model/terms.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import { countEvents } from '../../support/log-file.ts'
import { Random } from '../../support/random.ts'
import { withScratch } from '../../support/scratch.ts'
import { openFile } from './open-file.ts'
import { endpoint, went } from './stories.ts'

/** Stands for what carries a turn: while it lasts it counts as load of its endpoint. */
type TurnEvent = { readonly type: 'toy.began' | 'toy.ended'; readonly data: { readonly at: string } }
interface TurnState {
  readonly at: string
  readonly over: boolean
}
const turnStream: StreamDef<TurnState, TurnEvent> = {
  kind: 'toy',
  evolve: (_state, { type, data }) => ({ at: data.at, over: type === 'toy.ended' }),
  columnNames: [],
  columns: () => ({}),
  standing: ({ at, over }) => (over ? [] : [{ scope: `model:${at}`, name: 'in_flight', by: 1 }]),
  revived: (state) => state,
  undone: (state) => state,
}

const run = { no: 0, id: 'run_aaaaaaaaaa' }
const picked = (choice: Picked): ModelEndpoint => {
  if ('none' in choice) throw new Error(`nothing fits: ${JSON.stringify(choice.none)}`)
  return choice.endpoint
}

/** Three endpoints of one group, on a clock that the test moves. */
const withPool = (use: (pool: Awaited<ReturnType<typeof open>>) => Promise<void>) =>
  withScratch(async (dir) => {
    const file = join(dir, 'baton.db')
    const pool = await open(file)
    try {
      await use(pool)
    } finally {
      await pool.store.close()
    }
    // Whatever a test did, every row is what the log says of it.
    const db = new Database(file, { readonly: true })
    try {
      expect(audit(db, [...streams, turnStream]).findings).toEqual([])
    } finally {
      db.close()
    }
  })

const open = async (file: string) => {
  const clock = { now: Date.UTC(2026, 0, 1) }
  const { store, call } = openFile(file, () => clock.now, [turnStream])
  const add = (name: string, more: Partial<ModelEndpoint> = {}) =>
    call((tx) => registerModel(tx, endpoint(name, { group: 'pool', ...more }), 'config', () => undefined))
  for (const name of ['a', 'b', 'c']) await add(name)
  const begin = (more: Partial<Pick> = {}) =>
    call(async (tx) => {
      const turn = newId('call')
      const choice = await pickEndpoint(tx, { wanted: 'pool', turn, ...more })
      if (!('none' in choice))
        await tx.create(turnStream, { id: turn, run: 0 }, [{ type: 'toy.began', data: { at: choice.name } }])
      return { turn, choice }
    })
  const end = (turn: string, at: string, ok: boolean) =>
    call(async (tx) => {
      const entity = await tx.load(turnStream, turn)
      if (entity) await tx.append(entity, [{ type: 'toy.ended', data: { at } }])
      await went(tx, at, turn, ok ? undefined : { fault: 'unreachable' })
    })
  /** One turn from its choice to its end; answers where it went. */
  const once = async (down: ReadonlySet<string> = new Set(), more: Partial<Pick> = {}): Promise<string> => {
    const { turn, choice } = await begin(more)
    const { name } = picked(choice)
    await end(turn, name, !down.has(name))
    return name
  }
  return { file, clock, store, call, add, begin, end, once }
}

const tallied = (names: readonly string[]) => {
  const count: Record<string, number> = { a: 0, b: 0, c: 0 }
  for (const name of names) count[name] = (count[name] ?? 0) + 1
  return count
}

describe('three endpoints of one group', () => {
  it('share 300 turns, two share the next 300 when one is down, and three share again after it came back', () =>
    withPool(async ({ clock, once }) => {
      const turns = async (n: number, down: ReadonlySet<string> = new Set()) => {
        const names: string[] = []
        for (let i = 0; i < n; i++) {
          clock.now += 100
          names.push(await once(down))
        }
        return tallied(names)
      }
      expect(await turns(300)).toEqual({ a: 100, b: 100, c: 100 })
      const down = new Set(['b'])
      // Five failures open the breaker; after that a probe now and then finds out that it is still down.
      const first = await turns(20, down)
      expect(first.b).toBe(5)
      const { a = 0, b = 0, c = 0 } = await turns(300, down)
      expect(b).toBe(0)
      expect(Math.abs(a - c)).toBeLessThanOrEqual(1)
      clock.now += 60_000
      const again = await turns(300)
      expect(Math.min(...Object.values(again))).toBeGreaterThanOrEqual(98)
    }))

  it('share turns that overlap and take different times, none above its concurrency', () =>
    withPool(async ({ begin, end }) => {
      const random = new Random(7)
      const under: { turn: string; name: string }[] = []
      const names: string[] = []
      const start = async () => {
        const { turn, choice } = await begin()
        const { name } = picked(choice)
        names.push(name)
        under.push({ turn, name })
      }
      for (let i = 0; i < 12; i++) await start()
      expect(tallied(names)).toEqual({ a: 4, b: 4, c: 4 })
      const { choice } = await begin()
      expect(choice).toMatchObject({ none: [{ why: 'full' }, { why: 'full' }, { why: 'full' }] })
      while (names.length < 300) {
        do {
          const [one] = under.splice(random.int(0, under.length - 1), 1)
          if (one) await end(one.turn, one.name, true)
        } while (under.length > 0 && random.chance(0.6))
        do await start()
        while (under.length < 12 && random.chance(0.55))
      }
      for (const n of Object.values(tallied(names))) expect(Math.abs(n - 100)).toBeLessThanOrEqual(20)
    }))

  it('cost the log one event a turn while they do well', () =>
    withPool(async ({ file, once }) => {
      for (let i = 0; i < 90; i++) await once()
      const { 'model.answered': answered, 'breaker.counted': counted } = countEvents(file)
      expect(answered).toBe(90)
      expect(counted).toBe(60)
    }))

  it('leave out the one whose last probe failed', () =>
    withPool(async ({ call, once }) => {
      await call((tx) => noteProbe(tx, 'a', { ok: false, ms: 3, problem: 'connection refused' }))
      const names = [await once(), await once(), await once(), await once()]
      expect(tallied(names)).toEqual({ a: 0, b: 2, c: 2 })
      await call((tx) => noteProbe(tx, 'a', { ok: true, ms: 3, status: 200 }))
      expect(await once()).toBe('a')
    }))
})

describe('a name', () => {
  it('means its own endpoint, a group all of its own, and else nothing', () =>
    withPool(async ({ begin, call }) => {
      for (let i = 0; i < 4; i++) expect(picked((await begin({ wanted: 'b' })).choice).name).toBe('b')
      expect((await begin({ wanted: 'b' })).choice).toMatchObject({ none: [{ name: 'b', why: 'full' }] })
      await expect(begin({ wanted: 'd' })).rejects.toMatchObject({ code: 'not_found' })
      await call((tx) => removeModel(tx, 'b', 'config', null))
      await expect(begin({ wanted: 'b' })).rejects.toMatchObject({ code: 'not_found' })
    }))

  it('never means both an endpoint and a group', () =>
    withPool(async ({ add }) => {
      await expect(add('pool', { group: null })).rejects.toMatchObject({ details: { field: 'name' } })
      await expect(add('d', { group: 'a' })).rejects.toMatchObject({ details: { field: 'group' } })
      await expect(add('d', { group: 'd' })).rejects.toMatchObject({ code: 'invalid_argument' })
    }))
})

describe('a breaker', () => {
  const break_ = (call: <O>(command: (tx: Tx) => Promise<O>) => Promise<O>, name: string) =>
    call((tx) => went(tx, name, 'trn_1', { fault: 'refused', status: 401 }))

  it('opens at once for a refused key, not for a refused prompt', () =>
    withPool(async ({ call, store }) => {
      for (let i = 0; i < 9; i++)
        await call((tx) => went(tx, 'a', `trn_${i}`, { fault: 'refused', status: 400 }))
      const now = () => store.read((db) => breakerOf(db, 'model:a'), undefined)
      expect(await now()).toEqual({ state: 'closed' })
      await break_(call, 'a')
      expect(await now()).toMatchObject({ state: 'open', why: 'refused' })
    }))

  it('is closed when something else stands under the name, and only then', () =>
    withPool(async ({ call, store, add }) => {
      await break_(call, 'a')
      await add('a', { concurrency: 2 })
      const now = () => store.read((db) => breakerOf(db, 'model:a'), undefined)
      expect(await now()).toMatchObject({ state: 'open' })
      await add('a', { base_url: 'http://127.0.0.1:9/other' })
      expect(await now()).toEqual({ state: 'closed' })
    }))
})

describe('turns of one key', () => {
  const mine: Partial<Pick> = { sticky: { run, key: 'mine', ttlMs: 60_000 } }

  it('stay at one endpoint, move once when it is down, and stay at the new one', () =>
    withPool(async ({ file, clock, once, call }) => {
      const first = await once()
      const stuck = await once(new Set(), mine)
      for (let i = 0; i < 20; i++) {
        clock.now += 10_000
        expect(await once(new Set(), mine)).toBe(stuck)
      }
      expect(new Set([await once(), await once(), await once()])).toEqual(new Set(['a', 'b', 'c']))
      const down = new Set([stuck])
      for (let i = 0; i < 5; i++) expect(await once(down, mine)).toBe(stuck)
      const next = await once(down, mine)
      expect(next).not.toBe(stuck)
      for (let i = 0; i < 20; i++) expect(await once(new Set(), mine)).toBe(next)
      // The old one is well again and takes its probes; what moved stays where it went.
      clock.now += 60_000
      for (let i = 0; i < 3; i++) expect(await once()).toBe(stuck)
      expect(await once(new Set(), mine)).not.toBe(stuck)
      expect(countEvents(file)).toMatchObject({ 'affinity.moved': 1 })
      expect(first).toBe('a')
      await call((tx) => removeModel(tx, next, 'config', null))
      expect(await once(new Set(), mine)).not.toBe(next)
    }))

  it('go elsewhere for once when it is full, and come back', () =>
    withPool(async ({ begin, end, once }) => {
      const stuck = await once(new Set(), mine)
      const busy: string[] = []
      for (let i = 0; i < 4; i++) busy.push((await begin(mine)).turn)
      const { choice } = await begin(mine)
      expect(choice).toMatchObject({ sticky: 'aside', skipped: [{ name: stuck, why: 'full' }] })
      expect(picked(choice).name).not.toBe(stuck)
      await end(busy[0] ?? '', stuck, true)
      expect(await once(new Set(), mine)).toBe(stuck)
    }))

  it('are free again after the time of the affinity, and those of other keys always were', () =>
    withPool(async ({ file, clock, once }) => {
      const stuck = await once(new Set(), mine)
      const other = await once(new Set(), { sticky: { run, key: 'other' } })
      expect(other).not.toBe(stuck)
      clock.now += 60_000
      expect(await once(new Set(), mine)).not.toBe(stuck)
      expect(countEvents(file)).toMatchObject({ 'affinity.bound': 3 })
    }))
})
