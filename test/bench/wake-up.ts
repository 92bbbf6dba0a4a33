import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AnsweringProcess, withProcesses } from '../support/answering-process.ts'
import { pause } from '../support/deadline.ts'
import type { Ask } from './board-process.ts'
import { board, newRun, openStore } from './life-cycles.ts'
import { atLeast, atMost, median, type Row } from './rows.ts'

type Other = AnsweringProcess<Ask>

const now = () => performance.timeOrigin + performance.now()

/** When each of some single, spaced commits was answered, by the seq of its event. */
const spacedCommits = async (create: () => Promise<unknown>, head: () => Promise<number>, count: number) => {
  const answered = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    await pause(15 + 10 * Math.random())
    await create()
    const at = now()
    answered.set(await head(), at)
  }
  return answered
}

/** ms from the answer to the telling of each event; negative when it was told before its writer was answered. */
const delays = async (other: Other, answered: ReadonlyMap<number, number>): Promise<number[]> => {
  const heard = await other.ask<Record<number, number>>({ do: 'heard' })
  return [...answered].map(([seq, at]) => (heard[seq] ?? Number.POSITIVE_INFINITY) - at)
}

/** CPU time of a process that does nothing but wait, µs in a second. */
const idleCpu = async (others: readonly Other[], ms: number): Promise<number[]> => {
  const used = () => Promise.all(others.map((other) => other.ask<NodeJS.CpuUsage>({ do: 'cpu' })))
  const before = await used()
  await pause(ms)
  const after = await used()
  return after.map(({ user, system }, i) => {
    const { user: u, system: s } = before[i] as NodeJS.CpuUsage
    return ((user + system - u - s) * 1_000) / ms
  })
}

/** P7: waking another process, against polling each 5 ms; and what 15 waiters cost a hot writer. */
export const measure = async ({ quick }: { quick: boolean }): Promise<{ rows: Row[] }> => {
  const dir = mkdtempSync(join(tmpdir(), 'baton-bench-'))
  const file = join(dir, 'baton.db')
  const store = openStore(file, 'normal')
  const { run_id, agents } = await newRun(store, 1)
  const { create } = board(store, run_id, agents[0] as string)
  const head = () => store.read(async (db) => db.head, undefined)
  const rate = async (ms: number) => {
    const start = performance.now()
    let done = 0
    for (; performance.now() - start < ms; done++) await create()
    return done / (performance.now() - start)
  }
  try {
    return await withProcesses<Ask, { rows: Row[] }>(
      join(import.meta.dirname, 'board-process.ts'),
      15,
      async (all) => {
        const everyone = (ask: Ask) => Promise.all(all.map((other) => other.ask(ask)))
        const [listener, poller] = all as [Other, Other]
        await everyone({ do: 'open', file, plain: false })
        await listener.ask({ do: 'listen' })
        await poller.ask({ do: 'poll' })
        const answered = await spacedCommits(create, head, quick ? 60 : 200)
        await pause(600)
        const woken = median(await delays(listener, answered))
        const polled = median(await delays(poller, answered))
        const [waiting, polling] = (await idleCpu([listener, poller], quick ? 1_000 : 5_000)) as [
          number,
          number,
        ]
        const kept: number[] = []
        for (let round = 0; round < (quick ? 2 : 12); round++) {
          await everyone({ do: 'deafen' })
          const alone = await rate(400)
          await everyone({ do: 'listen' })
          const watched = await rate(400)
          await everyone({ do: 'deafen' })
          if (round > 0) kept.push(watched / ((alone + (await rate(400))) / 2))
        }
        await everyone({ do: 'close' })
        return {
          rows: [
            atMost('P7', 'waking another process, p50', woken / polled, '× a 5 ms poll', 0.1),
            atMost('P7', 'CPU while waiting', waiting / polling, '× a 5 ms poll', 1),
            atLeast('P7', 'a hot writer with 15 waiters', median(kept), '× alone', 0.8),
          ],
        }
      },
    )
  } finally {
    await store.close()
    rmSync(dir, { recursive: true })
  }
}
