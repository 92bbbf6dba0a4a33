import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually, pause } from '../support/deadline.ts'
import { withScratch } from '../support/scratch.ts'
import type { Heard } from './jar-process.ts'
import { fillJar, makeJar, openJars } from './jars.ts'
import { type JarProcess, withJarProcesses } from './spawn.ts'

const seqs = async (process: JarProcess): Promise<readonly number[]> =>
  (await process.ask<Heard>({ do: 'heard' })).seqs

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, i) => i + from)

describe('several processes', () => {
  it('may open and migrate a new file at once', () =>
    withScratch((dir) =>
      withJarProcesses(4, async (processes) => {
        for (const round of [1, 2, 3]) {
          const file = join(dir, `jars-${round}.db`)
          await Promise.all(processes.map((process) => process.ask({ do: 'open', file })))
          const made = processes.map((process, i) => process.ask<number>({ do: 'make', id: `jar${i}` }))
          expect((await Promise.all(made)).sort()).toEqual([1, 2, 3, 4])
          await Promise.all(processes.map((process) => process.ask({ do: 'close' })))
        }
      }),
    ))

  it('write at once without refusals, and the log stays whole', () =>
    withScratch((dir) =>
      withJarProcesses(4, async (processes) => {
        const file = join(dir, 'jars.db')
        await Promise.all(processes.map((process) => process.ask({ do: 'open', file })))
        await Promise.all(processes.map((process, i) => process.ask({ do: 'make', id: `jar${i}` })))
        const fills = processes.map((process, i) =>
          process.ask<{ took: number[]; faults: string[] }>({
            do: 'fill',
            id: `jar${i % 2}`,
            times: 200,
            width: 2,
          }),
        )
        for (const { faults } of await Promise.all(fills)) expect(faults).toEqual([])
        const { store, audit } = openJars(file)
        expect(await store.read(async (db) => db.head, undefined)).toBe(804)
        expect(audit()).toEqual([])
        await store.close()
      }),
    ))
})

describe('listeners', () => {
  it('in another process hear every event once and in order, soon', () =>
    withScratch((dir) =>
      withJarProcesses(2, async ([writer, waiter]) => {
        if (!writer || !waiter) throw new Error('no processes')
        const file = join(dir, 'jars.db')
        await writer.ask({ do: 'open', file })
        await writer.ask({ do: 'make', id: 'a' })
        await waiter.ask({ do: 'open', file })
        await waiter.ask({ do: 'listen' })
        // The safety poll alone would need 250 ms on average and never hear five fills soon. A busy machine may be late
        // now and then, so not each one must be soon.
        let soon = 0
        for (let done = 20; done <= 100; done += 20) {
          await writer.ask({ do: 'fill', id: 'a', times: 20, width: 4 })
          const filled = performance.now()
          await eventually(
            2_000,
            'events',
            async () => ((await seqs(waiter)).length === done ? true : undefined),
            5,
          )
          if (performance.now() - filled < 100) soon++
        }
        expect(soon).toBeGreaterThanOrEqual(3)
        expect(await seqs(waiter)).toEqual(upTo(101, 2))
      }),
    ))

  it('hear everything even when the bell is gone', () =>
    withScratch((dir) =>
      withJarProcesses(1, async ([waiter]) => {
        if (!waiter) throw new Error('no process')
        const file = join(dir, 'jars.db')
        const { call, store } = openJars(file)
        await call(makeJar, { id: 'a' })
        rmSync(`${file}-bell`)
        await waiter.ask({ do: 'open', file })
        await waiter.ask({ do: 'listen' })
        for (let i = 0; i < 20; i++) await call(fillJar, { id: 'a', by: 1 })
        await eventually(3_000, 'all events', async () =>
          (await seqs(waiter)).length === 20 ? true : undefined,
        )
        expect(await seqs(waiter)).toEqual(upTo(21, 2))
        await store.close()
      }),
    ))

  it('hear what their own process and another one commit, once and in order', () =>
    withScratch((dir) =>
      withJarProcesses(1, async ([other]) => {
        if (!other) throw new Error('no process')
        const file = join(dir, 'jars.db')
        const { call, store } = openJars(file)
        await call(makeJar, { id: 'a' })
        await other.ask({ do: 'open', file })
        const heard: number[] = []
        const stop = store.listen((signals) => heard.push(...signals.map(({ seq }) => seq)))
        const theirs = other.ask({ do: 'fill', id: 'a', times: 200, width: 4 })
        for (let i = 0; i < 200; i++) await call(fillJar, { id: 'a', by: 0 })
        await theirs
        await eventually(1_000, 'all events', () => (heard.length >= 400 ? true : undefined))
        stop()
        expect(heard).toEqual(upTo(401, 2))
        await store.close()
      }),
    ))

  it('are told of nothing that was committed before they came, and of nothing after they left', () =>
    withScratch(async (dir) => {
      const { call, store } = openJars(join(dir, 'jars.db'))
      await call(makeJar, { id: 'a' })
      const first: number[] = []
      const second: number[] = []
      const stop = store.listen((signals) => first.push(...signals.map(({ seq }) => seq)))
      await call(fillJar, { id: 'a', by: 1 })
      store.listen((signals) => second.push(...signals.map(({ seq }) => seq)))
      await call(fillJar, { id: 'a', by: 1 })
      stop()
      await call(fillJar, { id: 'a', by: 1 })
      expect([first, second]).toEqual([
        [2, 3],
        [3, 4],
      ])
      await store.close()
    }))

  it('are told before the call is answered, and one that fails does not harm the others', () =>
    withScratch(async (dir) => {
      const faults: unknown[] = []
      const { call, store } = openJars(join(dir, 'jars.db'), { onFault: (fault) => void faults.push(fault) })
      const heard: number[] = []
      store.listen(() => {
        throw new Error('deaf')
      })
      store.listen((signals) => heard.push(...signals.map(({ seq }) => seq)))
      await call(makeJar, { id: 'a' })
      expect(heard).toEqual([1])
      expect(faults).toHaveLength(1)
      await store.close()
    }))

  it('see nothing of a transaction that is not committed', () =>
    withScratch(async (dir) => {
      const { call, store } = openJars(join(dir, 'jars.db'))
      const heard: number[] = []
      await call(makeJar, { id: 'a' })
      store.listen((signals) => heard.push(...signals.map(({ seq }) => seq)))
      const refused = call(async (tx) => {
        await fillJar(tx, { id: 'a', by: 1 })
        store.listen(() => undefined)
        throw new Error('no')
      }, undefined)
      await expect(refused).rejects.toThrow('no')
      await pause(20)
      expect(heard).toEqual([])
      await store.close()
    }))
})
