import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { monotonic, Turns } from '../../src/storage/sqlite/turns.ts'
import { pause } from '../support/deadline.ts'
import { withScratch } from '../support/scratch.ts'

const inQueue = (count: number, use: (all: readonly Turns[], file: string) => Promise<void> | void) =>
  withScratch(async (dir) => {
    const file = join(dir, 'queue')
    const all = Array.from({ length: count }, () => new Turns(file))
    await use(all, file)
    for (const turns of all) turns.close()
  })

describe('the queue for the lock', () => {
  it('knows who came before whom', () =>
    inQueue(3, ([a, b, c]) => {
      const now = monotonic()
      a?.wait(now)
      b?.wait(now + 1)
      c?.wait(now + 2)
      expect([a?.ahead(now), b?.ahead(now + 1), c?.ahead(now + 2)]).toEqual([0, 1, 2])
      a?.leave()
      expect([b?.ahead(now + 1), c?.ahead(now + 2)]).toEqual([0, 1])
    }))

  it('shows a newcomer those who wait', () =>
    inQueue(2, ([a, b]) => {
      a?.wait(monotonic())
      expect(b?.ahead(monotonic())).toBe(1)
    }))

  it('passes whoever is silent: the dead do not hold up the living', () =>
    inQueue(2, async ([a, b]) => {
      a?.wait(monotonic())
      await pause(120)
      expect(b?.ahead(monotonic())).toBe(0)
    }))

  it('keeps the place of one that says it still waits', () =>
    inQueue(2, async ([a, b]) => {
      const ticket = monotonic()
      a?.wait(ticket)
      await pause(70)
      a?.wait(ticket)
      await pause(70)
      expect(b?.ahead(monotonic())).toBe(1)
    }))

  it('has room for many, and harms nobody when it is full of nonsense or gone', () =>
    inQueue(80, (all, file) => {
      const now = monotonic()
      for (const [i, turns] of all.entries()) turns.wait(now + i / 1_000)
      const last = all.at(-1)?.ahead(now + 1) ?? 0
      expect(last).toBeGreaterThanOrEqual(60)
      expect(last).toBeLessThan(80)
      writeFileSync(file, Buffer.alloc(2_000, 0xff))
      expect(all[0]?.ahead(monotonic())).toBe(0)
      rmSync(file)
      expect(all[0]?.ahead(monotonic())).toBe(0)
    }))
})
