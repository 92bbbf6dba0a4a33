import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WalRoom } from '../../src/storage/sqlite/wal-room.ts'
import { withScratch } from '../support/scratch.ts'
import { fillJar, inJars, makeJar, openJars } from './jars.ts'

const MiB = 1024 * 1024
const full = { durability: 'full' } as const

const inode = (path: string): bigint => statSync(path, { bigint: true }).ino

describe('room in the WAL', () => {
  it('is made before it is needed, so that most commits do not make the file longer', () =>
    inJars(async ({ call, audit }, file) => {
      await call(makeJar, { id: 'a' })
      const sizes = new Set<number>()
      for (let i = 0; i < 40; i++) {
        await call(fillJar, { id: 'a', by: 1, note: 'x'.repeat(1_000) })
        sizes.add(statSync(`${file}-wal`).size)
      }
      expect(sizes.size).toBeLessThanOrEqual(2)
      expect(Math.max(...sizes)).toBeGreaterThan(MiB)
      expect(audit()).toEqual([])
    }, full))

  it('is not made where commits are not synced', () =>
    inJars(
      async ({ call }, file) => {
        await call(makeJar, { id: 'a' })
        for (let i = 0; i < 10; i++) await call(fillJar, { id: 'a', by: 1 })
        expect(statSync(`${file}-wal`).size).toBeLessThan(MiB)
      },
      { durability: 'normal' },
    ))

  it('is no part of the log: what a killed process leaves is read without it', () =>
    inJars(async ({ call }, file) => {
      await call(makeJar, { id: 'a' })
      for (let i = 0; i < 5; i++) await call(fillJar, { id: 'a', by: 1 })
      const copy = `${file}-copy`
      for (const end of ['', '-wal']) copyFileSync(file + end, copy + end)
      expect(readFileSync(`${copy}-wal`).subarray(-MiB / 2)).toEqual(Buffer.alloc(MiB / 2))
      const found = openJars(copy, full)
      expect(await found.call(fillJar, { id: 'a', by: 1 })).toBe(6)
      expect(found.audit()).toEqual([])
      await found.store.close()
    }, full))

  it('is made by one of several processes, and does not make the others make more', () =>
    inJars(async (one, file) => {
      const two = openJars(file, full)
      await one.call(makeJar, { id: 'a' })
      for (let i = 0; i < 20; i++) for (const { call } of [one, two]) await call(fillJar, { id: 'a', by: 1 })
      expect(statSync(`${file}-wal`).size).toBeLessThan(2 * MiB)
      expect(two.audit()).toEqual([])
      await two.store.close()
    }, full))

  it('is left to a file of the same name that SQLite does not have open', () =>
    withScratch(async (dir) => {
      const wal = join(dir, 'a-wal')
      writeFileSync(wal, 'another')
      const room = new WalRoom(wal, 0)
      room.saw(7)
      room.ensure(inode(wal) + 1n)
      expect(statSync(wal).size).toBe(7)
    }))

  it('is not made over what another process has appended since', () =>
    withScratch(async (dir) => {
      const wal = join(dir, 'a-wal')
      writeFileSync(wal, 'frames')
      const room = new WalRoom(wal, 0)
      room.saw(6)
      writeFileSync(wal, 'frames and more')
      room.ensure(inode(wal))
      expect(readFileSync(wal, 'utf8')).toBe('frames and more')
    }))

  it.runIf(existsSync('/dev/full'))('is done without when the disk is full', () => {
    const room = new WalRoom('/dev/full', -1)
    room.saw(0)
    expect(() => room.ensure(inode('/dev/full'))).not.toThrow()
  })
})
