import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/kernel/ports.ts'
import { statement } from '../../src/kernel/statement.ts'
import type { SqliteStore } from '../../src/storage/sqlite/store.ts'
import { withScratch } from '../support/scratch.ts'
import { fillJar, inJars, makeJar, openJars } from './jars.ts'

/** The handle that a store writes with: faults are made where they happen. */
const handle = (store: SqliteStore): Database.Database =>
  (store as unknown as { writer: { raw: Database.Database } }).writer.raw

const codes = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'))

describe('a disk that is full', () => {
  it('fails every call of the group as retryable, and goes on when there is room again', () => {
    const faults: unknown[] = []
    return inJars(
      async ({ call, jar, store, audit }) => {
        await call(makeJar, { id: 'a' })
        const raw = handle(store)
        const pages = raw.pragma('page_count', { simple: true }) as number
        raw.pragma(`max_page_count = ${pages}`)
        const group = [
          call(fillJar, { id: 'a', by: 1 }),
          call(fillJar, { id: 'a', by: 1, note: 'x'.repeat(1_000_000) }),
          call(fillJar, { id: 'a', by: 1 }),
        ]
        expect(codes(await Promise.allSettled(group))).toEqual(['busy', 'busy', 'busy'])
        // The cause is told, not the ROLLBACK that found nothing to roll back.
        expect(faults).toMatchObject([{ code: 'SQLITE_FULL' }])
        expect(raw.inTransaction).toBe(false)
        expect((await jar('a')).state.amount).toBe(0)
        raw.pragma('max_page_count = 1073741823')
        expect(await call(fillJar, { id: 'a', by: 1 })).toBe(1)
        expect(audit()).toEqual([])
      },
      { onFault: (fault: unknown) => void faults.push(fault) },
    )
  })
})

describe('a COMMIT that fails', () => {
  // A deferred constraint is checked by COMMIT, and leaves the transaction open when it fails.
  const schema = [
    'create table owner (id text primary key)',
    'create table pet (owner text references owner (id) deferrable initially deferred)',
  ]
  const adopt = statement<{ pet: { owner: string } }, { owner: string }>()((db, p) =>
    db.insertInto('pet').values({ owner: p.owner }),
  )

  it('fails every call of the group as retryable, and leaves nothing of it', () => {
    const faults: unknown[] = []
    return inJars(
      async ({ call, jar, audit }) => {
        await call(makeJar, { id: 'a' })
        const orphan = async (tx: Tx) => tx.write(adopt, { owner: 'nobody' })
        const group = [
          call(fillJar, { id: 'a', by: 1 }, 'ses_new'),
          call(orphan, undefined),
          call(makeJar, { id: 'b' }),
        ]
        expect(codes(await Promise.allSettled(group))).toEqual(['busy', 'busy', 'busy'])
        expect(faults).toMatchObject([{ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' }])
        await expect(jar('b')).rejects.toMatchObject({ code: 'not_found' })
        expect(await call(fillJar, { id: 'a', by: 2 }, 'ses_new')).toBe(2)
        expect(audit()).toEqual([])
      },
      { schema, onFault: (fault: unknown) => void faults.push(fault) },
    )
  })
})

describe('files that are replaced while open', () => {
  const replacements: Record<string, (file: string) => void> = {
    'a WAL that is unlinked': (file) => rmSync(`${file}-wal`),
    'a WAL that is moved away': (file) => renameSync(`${file}-wal`, `${file}-moved`),
    'a database that is unlinked': (file) => rmSync(file),
    'another database in its place': (file) => {
      renameSync(file, `${file}-old`)
      writeFileSync(file, '')
    },
  }
  for (const [what, replace] of Object.entries(replacements)) {
    it(`${what} is noticed before anything is acknowledged`, () => {
      const faults: unknown[] = []
      return inJars(
        async ({ call }, file) => {
          await call(makeJar, { id: 'a' })
          replace(file)
          const group = [call(fillJar, { id: 'a', by: 1 }), call(makeJar, { id: 'b' })]
          expect(codes(await Promise.allSettled(group))).toEqual(['busy', 'busy'])
          await expect(call(fillJar, { id: 'a', by: 1 })).rejects.toThrow('while this server had it open')
          expect(String(faults[0])).toContain('replaced while open')
        },
        { onFault: (fault: unknown) => void faults.push(fault) },
      )
    })
  }
})

describe('opening', () => {
  it('refuses a file of a newer Baton', () =>
    withScratch(async (dir) => {
      const file = join(dir, 'jars.db')
      await openJars(file).store.close()
      const db = new Database(file)
      db.pragma('user_version = 99')
      db.close()
      expect(() => openJars(file)).toThrow('has schema 99')
    }))

  const foreign: Record<string, (file: string) => void> = {
    "another program's database": (file) => new Database(file).exec('create table theirs (x)').close(),
    "another program's empty database": (file) => {
      const db = new Database(file)
      db.pragma('application_id = 5')
      db.close()
    },
    'a text': (file) => writeFileSync(file, 'Dear diary, today nothing happened.'.repeat(50)),
  }
  for (const [what, make] of Object.entries(foreign)) {
    it(`refuses ${what}, and leaves it as it was`, () =>
      withScratch(async (dir) => {
        const file = join(dir, 'theirs.db')
        make(file)
        chmodSync(file, 0o644)
        const before = readFileSync(file)
        expect(() => openJars(file)).toThrow('was not made by Baton')
        expect(readFileSync(file).equals(before)).toBe(true)
        expect(statSync(file).mode & 0o777).toBe(0o644)
      }))
  }

  it("makes files that are the user's alone", () =>
    withScratch(async (dir) => {
      const old = process.umask(0)
      const file = join(dir, 'jars.db')
      const { store, call } = openJars(file)
      process.umask(old)
      await call(makeJar, { id: 'a' })
      for (const end of ['', '-wal', '-shm', '-bell', '-queue'])
        expect(statSync(file + end).mode & 0o777, end).toBe(0o600)
      await store.close()
    }))

  it('finds again what was there', () =>
    withScratch(async (dir) => {
      const file = join(dir, 'jars.db')
      const first = openJars(file)
      await first.call(makeJar, { id: 'a', amount: 4 })
      await first.store.close()
      const second = openJars(file)
      expect(await second.call(fillJar, { id: 'a', by: 1 })).toBe(5)
      expect(second.audit()).toEqual([])
      await second.store.close()
    }))
})

describe('the WAL', () => {
  it('is emptied once it has grown past its bound and no reader holds on to it', () =>
    inJars(async ({ call, audit }, file) => {
      await call(makeJar, { id: 'a' })
      const reader = new Database(file, { readonly: true })
      reader.exec('begin')
      reader.prepare('select count(*) from event').get()
      const pour = () => call(fillJar, { id: 'a', by: 0, note: 'x'.repeat(4_000_000) })
      for (let i = 0; i < 20; i++) await pour()
      expect(statSync(`${file}-wal`).size).toBeGreaterThan(64 * 1024 * 1024)
      reader.close()
      await new Promise((next) => setTimeout(next, 1_100))
      await pour()
      await call(fillJar, { id: 'a', by: 0 })
      expect(statSync(`${file}-wal`).size).toBeLessThan(1024 * 1024)
      expect(audit()).toEqual([])
    }))
})
