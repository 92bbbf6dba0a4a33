import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/kernel/ports.ts'
import { fillJar, inJars, type Jar, jarStream, makeJar, plain, theJar } from './jars.ts'

const label = async (tx: Tx, id: string) =>
  tx.append(await theJar(tx, id), [{ type: 'jar.labelled', data: { label: `of ${id}` } }])

/** Changes a file behind the store's back. */
const tamper = (file: string, sql: string) => {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}

describe('the hash chain', () => {
  const filled = async (call: Parameters<Parameters<typeof inJars>[0]>[0]['call']) => {
    await call(makeJar, { id: 'a', run: 7, leansOn: ['x'] })
    await call(makeJar, { id: 'b', run: 8 })
    for (let i = 0; i < 5; i++)
      await Promise.all([call(fillJar, { id: 'a', by: i }), call(fillJar, { id: 'b', by: i })])
  }

  it('holds over everything that was written', () =>
    inJars(async ({ call, audit }) => {
      await filled(call)
      expect(audit()).toEqual([])
    }))

  const changes: Record<string, [sql: string, finding: string]> = {
    'a byte of the data': ["update event set data = replace(data, '3', '2') where seq = 9", 'event 9 (jar'],
    'the type': ["update event set type = 'jar.leaned' where seq = 9", 'event 9 (jar'],
    'the speaker': ["update actor set who = replace(who, 'ses_test', 'ses_evil')", 'event 1 (jar'],
    'the id': ["update event set born = 'z' where seq = 1", 'event 1 (jar'],
    'the time': ['update event set at = at + 1 where seq = 12', 'event 12 (jar'],
    'the run': ['update event set run = 8 where seq = 3', 'event 3 (jar'],
    'the hash': ["update event set hash = 'x' where seq = 4", 'event 4 (jar'],
    'the order': ['update event set seq = 99 where seq = 12', 'follows event 11: a gap'],
    'an event gone': ['delete from event where seq = 5', 'follows event 4: a gap'],
    'the last event gone': ['delete from event where seq = 12', 'stands at version 6 (event 12)'],
    'the stream': ['update event set stream = 20 where stream = 1', 'begins stream 20'],
    'a row': ["update jar set amount = 99 where id = 'a'", 'row a of jar column amount is 99'],
    'a row gone': ["delete from jar where id = 'a'", 'row a of jar is missing'],
    'a tally': [
      "update tally set value = value + 1 where name = 'poured' and scope = '7'",
      'aggregate poured of 7 is 11, by the log it is 10',
    ],
    'an edge gone': ['delete from edge', 'edge x 1 is missing'],
    'an edge more': ["insert into edge values ('y', 1)", 'edge y → 1 is not in the log'],
  }
  for (const [what, [sql, finding]] of Object.entries(changes)) {
    it(`and the rows tell of ${what}`, () =>
      inJars(async ({ call, audit }, file) => {
        await filled(call)
        tamper(file, sql)
        expect(audit().join('\n')).toContain(finding)
      }))
  }
})

describe('tallies and edges', () => {
  it('equal what is computed from the log, whatever is done in whatever groups', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(
            fc.record({
              jar: fc.constantFrom('a', 'b', 'c'),
              does: fc.oneof(
                fc.record({ by: fc.integer({ min: 1, max: 60 }) }),
                fc.record({ on: fc.subarray(['a', 'b', 'c', 'd']) }),
                fc.constant({ label: true }),
              ),
            }),
            { maxLength: 6 },
          ),
          { maxLength: 8 },
        ),
        (groups) =>
          inJars(async ({ call, audit }) => {
            for (const [i, id] of ['a', 'b', 'c'].entries()) await call(makeJar, { id, run: i % 2 })
            for (const group of groups) {
              await Promise.allSettled(
                group.map(({ jar: id, does }) => {
                  if ('by' in does) return call(fillJar, { id, by: does.by })
                  if ('label' in does) return call(label, id)
                  const lean = async (tx: Tx) =>
                    tx.append(await theJar(tx, id), [{ type: 'jar.leaned', data: { on: does.on } }])
                  return call(lean, undefined)
                }),
              )
            }
            expect(audit()).toEqual([])
          }),
      ),
      { numRuns: 30 },
    ))

  it('are current within the call that changes them', () =>
    inJars(async ({ call }) => {
      const seen = await call(async (tx) => {
        await makeJar(tx, { id: 'a', run: 3 })
        await fillJar(tx, { id: 'a', by: 5 })
        const early = await tx.tally('3', 'poured')
        await fillJar(tx, { id: 'a', by: 5 })
        return [early, await tx.tally('3', 'poured'), await tx.tallies('3')]
      }, undefined)
      expect(seen).toEqual([5, 10, { poured: 10, plain: 1, amount: 10 }])
    }))

  it('move from one state to the next', () =>
    inJars(async ({ call }, file) => {
      const edges = () => {
        const db = new Database(file, { readonly: true })
        const rows = db.prepare('select target from edge order by target').pluck().all()
        db.close()
        return rows
      }
      await call(makeJar, { id: 'a', leansOn: ['x', 'y'] })
      expect(edges()).toEqual(['x', 'y'])
      await call(
        async (tx) => tx.append(await theJar(tx, 'a'), [{ type: 'jar.leaned', data: { on: ['y', 'z'] } }]),
        0,
      )
      expect(edges()).toEqual(['y', 'z'])
    }))
})

describe('going back', () => {
  const aged = async (call: Parameters<Parameters<typeof inJars>[0]>[0]['call']): Promise<Jar> => {
    await call(makeJar, { id: 'other' })
    await call(makeJar, { id: 'a', amount: 1 })
    for (let by = 2; by < 6; by++) {
      await call(fillJar, { id: 'a', by })
      await call(fillJar, { id: 'other', by })
    }
    return call(async (tx) => theJar(tx, 'a'), undefined)
  }

  it('tells the state of a stream at any seq', () =>
    inJars(async ({ call, store }) => {
      const jar = await aged(call)
      const at = (seq: number) => store.read(async (db) => (await db.stateAt(jar, seq))?.amount, undefined)
      const amounts = []
      for (let seq = 0; seq <= 10; seq++) amounts.push(await at(seq))
      expect(amounts).toEqual([undefined, undefined, 1, 3, 3, 6, 6, 10, 10, 15, 15])
    }))

  it('tells the events of one stream, oldest first', () =>
    inJars(async ({ call, store }) => {
      const jar = await aged(call)
      const history = await store.read(async (db) => db.history(jar), undefined)
      expect(history.map(({ seq, version, data }) => [seq, version, data])).toEqual([
        [2, 1, { amount: 1, leans_on: [] }],
        [3, 2, { by: 2 }],
        [5, 3, { by: 3 }],
        [7, 4, { by: 4 }],
        [9, 5, { by: 5 }],
      ])
    }))

  it('starts from the last event that holds a whole state', () =>
    inJars(async ({ call, store, audit }) => {
      const jar = await aged(call)
      const restored = { amount: 40, label: null, leansOn: [] }
      await call(
        async (tx) =>
          tx.append(await theJar(tx, 'a'), [
            { type: 'jar.restored', data: { state: restored, checkpoint: 'chk_1' } },
          ]),
        undefined,
      )
      await call(fillJar, { id: 'a', by: 2 })
      await call(fillJar, { id: 'a', by: 3 })
      const now = await store.read(async (db) => theJar(db, 'a'), undefined)
      const at = (seq: number) => store.read(async (db) => (await db.stateAt(now, seq))?.amount, undefined)
      expect([await at(9), await at(11), await at(12), await at(13)]).toEqual([15, 40, 42, 45])
      expect(jar.no).toBe(now.no)
      expect(audit()).toEqual([])
    }))

  it('knows streams that were undone', () =>
    inJars(async ({ call, store, audit }) => {
      await aged(call)
      await call(
        async (tx) =>
          tx.append(await theJar(tx, 'a'), [{ type: 'jar.undone', data: { checkpoint: 'chk_1' } }]),
        undefined,
      )
      const jar = await store.read(async (db) => theJar(db, 'a'), undefined)
      expect(plain(jar).state).toEqual({ amount: 0, label: 'undone', leansOn: [] })
      expect(audit()).toEqual([])
    }))
})

describe('an idempotency key', () => {
  it('is remembered by the call that is kept, and forgotten with one that is not', () =>
    inJars(async ({ call }) => {
      const keep = async (tx: Tx, key: string) => {
        await tx.remember(1, 'tool', key, 'digest', { ok: key })
        if (key === 'bad') throw new Error('refused')
      }
      await Promise.allSettled([call(keep, 'good'), call(keep, 'bad')])
      const known = (key: string) => call(async (tx) => tx.remembered(1, 'tool', key), undefined)
      expect(await known('good')).toEqual({ digest: 'digest', answer: { ok: 'good' }, seq: 0 })
      expect(await known('bad')).toBeUndefined()
    }))
})

describe('a table of the toy kind', () => {
  it('has a row a jar, found by id and by number', () =>
    inJars(async ({ call, store }) => {
      const made = await call(makeJar, { id: 'a', amount: 3 })
      const found = await store.read(
        async (db) => [await db.load(jarStream, 'a'), await db.loadNo(jarStream, made.no)],
        0,
      )
      for (const jar of found) expect(jar && plain(jar)).toEqual(plain(made))
      expect(await store.read(async (db) => db.load(jarStream, 'b'), 0)).toBeUndefined()
    }))
})
