import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import type { Tx } from '../../src/kernel/ports.ts'
import { withScratch } from '../support/scratch.ts'
import { fillJar, inJars, makeJar, openJars, theJar } from './jars.ts'

/** Looks at a file the way another process would. */
const peek = <R>(file: string, sql: string): R[] => {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare(sql).all() as R[]
  } finally {
    db.close()
  }
}

interface Logged {
  readonly seq: number
  readonly at: number
  readonly type: string
}
const logOf = (file: string) => peek<Logged>(file, 'select seq, at, type from event order by seq')

/** A clock that counts how often it is read: a transaction reads it once. */
const countingClock = () => {
  const clock = () => 1_000 + ++clock.reads
  clock.reads = 0
  return clock
}

describe('the calls of one turn', () => {
  it('share one transaction', () => {
    const clock = countingClock()
    return inJars(
      async ({ call }) => {
        await call(makeJar, { id: 'a' })
        const before = clock.reads
        const amounts = await Promise.all([1, 2, 3].map((by) => call(fillJar, { id: 'a', by })))
        expect(amounts).toEqual([1, 3, 6])
        expect(clock.reads - before).toBe(1)
      },
      { clock },
    )
  })

  it('are kept apart from those of the next turn', () => {
    const clock = countingClock()
    return inJars(
      async ({ call }) => {
        await call(makeJar, { id: 'a' })
        const before = clock.reads
        await call(fillJar, { id: 'a', by: 1 })
        await call(fillJar, { id: 'a', by: 1 })
        expect(clock.reads - before).toBe(2)
      },
      { clock },
    )
  })

  it('are held in groups of at most 256', () => {
    const clock = countingClock()
    return inJars(
      async ({ call, jar }) => {
        await call(makeJar, { id: 'a' })
        const before = clock.reads
        await Promise.all(
          Array.from({ length: 600 }, () => call(async (tx: Tx) => (await theJar(tx, 'a')).no, 0)),
        )
        expect(clock.reads - before).toBe(3)
        expect((await jar('a')).state.amount).toBe(0)
      },
      { clock },
    )
  })

  it('number events without a gap, in the order of the calls', () =>
    inJars(async ({ call }, file) => {
      await call(makeJar, { id: 'a' })
      const fills = [1, 200, 3].map((by) => call(fillJar, { id: 'a', by }).catch(() => 'refused'))
      expect(await Promise.all(fills)).toEqual([1, 'refused', 4])
      await call(fillJar, { id: 'a', by: 1 })
      expect(logOf(file).map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'jar.made'],
        [2, 'jar.filled'],
        [3, 'jar.filled'],
        [4, 'jar.filled'],
      ])
    }))

  it('are answered only when their commit can be seen by others', () =>
    inJars(async ({ call }, file) => {
      await call(makeJar, { id: 'a' })
      const seen: number[] = []
      const fills = Array.from({ length: 5 }, () =>
        call(fillJar, { id: 'a', by: 1 }).then(() => seen.push(logOf(file).length)),
      )
      await Promise.all(fills)
      expect(seen).toEqual([6, 6, 6, 6, 6])
    }))

  it('are invisible to snapshots until the commit', () =>
    inJars(async ({ call, jar }, file) => {
      await call(makeJar, { id: 'a' })
      let inside = -1
      const fill = call(async (tx) => {
        const amount = await fillJar(tx, { id: 'a', by: 7 })
        inside = logOf(file).length
        return amount
      }, undefined)
      const early = jar('a')
      expect((await early).state.amount).toBe(0)
      expect(await fill).toBe(7)
      expect(inside).toBe(1)
      expect((await jar('a')).state.amount).toBe(7)
    }))
})

describe('a call that fails', () => {
  it('leaves the others of its group committed, with all that follows from them', () =>
    inJars(async ({ call, jar, store, audit }) => {
      await call(makeJar, { id: 'a', run: 1 })
      await call(makeJar, { id: 'b', run: 1 })
      const spoil = async (tx: Tx) => {
        await makeJar(tx, { id: 'c', run: 1, leansOn: ['a'] })
        await fillJar(tx, { id: 'a', by: 50 })
        await fillJar(tx, { id: 'b', by: 500 })
      }
      const [first, spoilt, second, made] = await Promise.allSettled([
        call(fillJar, { id: 'a', by: 1 }, 'ses_one'),
        call(spoil, undefined, 'ses_two'),
        call(fillJar, { id: 'a', by: 2 }, 'ses_two'),
        call(makeJar, { id: 'd', run: 1 }, 'ses_three'),
      ])
      expect([first.status, spoilt.status, second.status, made.status]).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ])
      expect((await jar('a')).state.amount).toBe(3)
      expect((await jar('b')).state.amount).toBe(0)
      await expect(jar('c')).rejects.toThrow('There is no jar c')
      // Two were made and two filled before it: what the refused call had numbered is numbered again.
      expect(await jar('d')).toMatchObject({ no: 5, lastSeq: 5 })
      expect(await store.read(async (db) => db.tallies('1'), undefined)).toMatchObject({
        amount: 3,
        poured: 3,
        plain: 3,
      })
      expect(audit()).toEqual([])
    }))

  it('alone in its group leaves nothing behind, in the file or in memory', () =>
    inJars(async ({ call, jar, audit }) => {
      await call(makeJar, { id: 'a' })
      await call(fillJar, { id: 'a', by: 60 })
      await expect(call(fillJar, { id: 'a', by: 60 }, 'ses_new')).rejects.toMatchObject({ code: 'conflict' })
      await expect(call(makeJar, { id: 'a' })).rejects.toThrow('UNIQUE')
      expect(await call(fillJar, { id: 'a', by: 1 }, 'ses_new')).toBe(61)
      expect((await jar('a')).version).toBe(3)
      expect(audit()).toEqual([])
    }))

  it('takes its speaker along: a speaker is written down by the first call that is kept', () =>
    inJars(async ({ call, audit }, file) => {
      await call(makeJar, { id: 'a' })
      await Promise.allSettled([
        call(fillJar, { id: 'a', by: 500 }, 'ses_refused'),
        call(fillJar, { id: 'a', by: 1 }, 'ses_kept'),
      ])
      const who = () =>
        peek<{ who: string }>(file, 'select who from actor order by no').map(
          (row) => JSON.parse(row.who).session,
        )
      expect(who()).toEqual(['ses_test', 'ses_kept'])
      await call(fillJar, { id: 'a', by: 1 }, 'ses_refused')
      expect(who()).toEqual(['ses_test', 'ses_kept', 'ses_refused'])
      expect(audit()).toEqual([])
    }))

  it('loses what it put into the memo, and nothing else', () =>
    inJars(async ({ call }) => {
      const set = async (tx: Tx, key: string) => tx.memo.set(key, true)
      const spoil = async (tx: Tx) => {
        tx.memo.set('spoilt', true)
        throw new Failure('conflict', 'no', 'no')
      }
      await Promise.allSettled([call(set, 'first'), call(spoil, undefined), call(set, 'second')])
      const known = await call(
        async (tx) => ['first', 'spoilt', 'second'].map((key) => tx.memo.get(key)),
        undefined,
      )
      expect(known).toEqual([true, undefined, true])
    }))

  it('that is no refusal is reported as a fault', () => {
    const faults: unknown[] = []
    return inJars(
      async ({ call }) => {
        const broken = async () => {
          throw new TypeError('a mistake')
        }
        await expect(call(broken, undefined)).rejects.toThrow('a mistake')
        expect(faults).toHaveLength(1)
      },
      { onFault: (fault: unknown) => void faults.push(fault) },
    )
  })
})

describe('time', () => {
  it('never runs backwards along the log, even when the clock does', () => {
    let time = 5_000
    return inJars(
      async ({ call, store }, file) => {
        await call(makeJar, { id: 'a' })
        time = 3_000
        expect(await call(async (tx) => tx.now, undefined)).toBe(5_000)
        await call(fillJar, { id: 'a', by: 1 })
        expect(await store.read(async (db) => db.now, undefined)).toBe(5_000)
        time = 6_000
        await call(fillJar, { id: 'a', by: 1 })
        expect(logOf(file).map(({ at }) => at)).toEqual([5_000, 5_000, 6_000])
      },
      { clock: () => time },
    )
  })

  it('is read when the lock is held, not when the call came', () => {
    let time = 1_000
    return inJars(
      async ({ call }, file) => {
        await call(makeJar, { id: 'a' })
        const other = new Database(file)
        other.exec('begin immediate')
        const fill = call(async (tx) => tx.now, undefined)
        await nextTurn()
        await nextTurn()
        time = 2_000
        other.exec('commit')
        other.close()
        expect(await fill).toBe(2_000)
      },
      { clock: () => time },
    )
  })
})

describe('between begin and commit', () => {
  const intruders = {
    'a timer': () => new Promise<void>((next) => setTimeout(next, 1)),
    'the end of the turn': () => new Promise<void>((next) => setImmediate(next)),
    'a file': () => readFile(import.meta.filename).then(() => undefined),
    'the next tick': () => new Promise<void>((next) => process.nextTick(next)),
  }

  for (const [what, intrude] of Object.entries(intruders)) {
    it(`nobody may wait for ${what}: the whole group is refused`, () => {
      const faults: unknown[] = []
      return inJars(
        async ({ call, jar }) => {
          await call(makeJar, { id: 'a' })
          const dawdle = async (tx: Tx) => {
            await fillJar(tx, { id: 'a', by: 1 })
            await intrude()
          }
          const group = await Promise.allSettled([call(dawdle, undefined), call(fillJar, { id: 'a', by: 1 })])
          for (const outcome of group)
            expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'busy' } })
          expect(String(faults[0])).toContain('something other than its transaction')
          expect((await jar('a')).state.amount).toBe(0)
          expect(await call(fillJar, { id: 'a', by: 1 })).toBe(1)
        },
        { onFault: (fault: unknown) => void faults.push(fault) },
      )
    })
  }

  it('as many microtasks may pass as it takes', () =>
    inJars(async ({ call }) => {
      await call(makeJar, { id: 'a' })
      const patient = async (tx: Tx) => {
        for (let i = 0; i < 1_000; i++) await Promise.resolve()
        return fillJar(tx, { id: 'a', by: 1 })
      }
      expect(await Promise.all([call(patient, undefined), call(patient, undefined)])).toEqual([1, 2])
    }))
})

describe('entities', () => {
  it('are one object, by id and by number, within a transaction', () =>
    inJars(async ({ call }) => {
      const made = await call(makeJar, { id: 'a' })
      const same = await call(async (tx) => {
        const byId = await theJar(tx, 'a')
        return byId === (await tx.loadNo(byId.def, made.no))
      }, undefined)
      expect(same).toBe(true)
    }))

  it('that another process has changed are read anew', () =>
    withScratch(async (dir) => {
      const file = join(dir, 'jars.db')
      const one = openJars(file)
      const two = openJars(file)
      await one.call(makeJar, { id: 'a', run: 1 })
      for (let i = 1; i <= 5; i++) {
        expect(await one.call(fillJar, { id: 'a', by: 1 })).toBe(2 * i - 1)
        expect(await two.call(fillJar, { id: 'a', by: 1 })).toBe(2 * i)
      }
      expect(await one.call(async (tx) => tx.tally('1', 'poured'), undefined)).toBe(10)
      expect(one.audit()).toEqual([])
      await one.store.close()
      await two.store.close()
    }))

  it('of another transaction cannot be appended to', () =>
    inJars(async ({ call, jar }) => {
      await call(makeJar, { id: 'a' })
      const stale = await jar('a')
      const misuse = async (tx: Tx) => tx.append(stale, [{ type: 'jar.labelled', data: { label: 'x' } }])
      await expect(call(misuse, undefined)).rejects.toThrow('was not loaded by this transaction')
    }))
})

describe('closing', () => {
  it('finishes what was accepted and refuses what comes after', () =>
    withScratch(async (dir) => {
      const { call, store } = openJars(join(dir, 'jars.db'))
      const made = call(makeJar, { id: 'a' })
      const read = store.read(async (db) => db.head, undefined)
      const closed = store.close()
      const late = call(makeJar, { id: 'b' })
      await expect(late).rejects.toMatchObject({ code: 'busy' })
      await expect(store.read(async (db) => db.head, undefined)).rejects.toMatchObject({ code: 'busy' })
      expect((await made).id).toBe('a')
      expect(await read).toBe(0)
      await closed
      await store.close()
      expect(logOf(join(dir, 'jars.db'))).toHaveLength(1)
    }))
})
