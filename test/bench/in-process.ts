import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { better, defineQueue } from 'plainjob'
import type { Durability } from '../../src/storage/sqlite/open.ts'
import { openBoard, payload } from './life-cycles.ts'
import { atLeast, median, type Row } from './rows.ts'

interface Contender {
  /** Runs `lives` life cycles; answers how many it did a second. */
  readonly round: (lives: number) => Promise<number>
  readonly close: () => Promise<void>
}

const perSecond = async (lives: number, work: () => Promise<void>): Promise<number> => {
  const start = performance.now()
  await work()
  return (lives * 1_000) / (performance.now() - start)
}

const silent = { error() {}, warn() {}, info() {}, debug() {} }

/** plainjob as it comes (synchronous=NORMAL): add, take, read, mark done. */
const plainjob = async (file: string): Promise<Contender> => {
  const queue = defineQueue({ connection: better(new Database(file)), logger: silent })
  const live = () => {
    queue.add('work', payload)
    const job = queue.getAndMarkJobAsProcessing('work')
    if (!job) throw new Error('no job')
    queue.getJobById(job.id)
    queue.markJobAsDone(job.id)
  }
  const round = (lives: number) =>
    perSecond(lives, async () => {
      for (let i = 0; i < lives; i++) live()
    })
  return { round, close: async () => queue.close() }
}

/** `width` life cycles at a time. */
const baton = async (file: string, durability: Durability, width: number): Promise<Contender> => {
  const { store, live } = await openBoard(file, durability)
  const round = (lives: number) =>
    perSecond(lives, async () => {
      for (let done = 0; done < lives; done += width) await Promise.all(Array.from({ length: width }, live))
    })
  return { round, close: () => store.close() }
}

const goals = [
  { what: 'life cycles, group of 16, FULL', durability: 'full', width: 16, least: 2 },
  { what: 'life cycles, group of 16, NORMAL', durability: 'normal', width: 16, least: 3 },
  { what: 'life cycles, ungrouped, NORMAL', durability: 'normal', width: 1, least: 1.2 },
] as const

/** P1: whole life cycles in process against plainjob, interleaved in one run; medians of the rounds' ratios. */
export const measure = async ({ quick }: { quick: boolean }): Promise<{ rows: Row[] }> => {
  const lives = quick ? 480 : 1_600
  const rounds = quick ? 5 : 9
  const dir = mkdtempSync(join(tmpdir(), 'baton-bench-'))
  const other = await plainjob(join(dir, 'plainjob.db'))
  const ours = await Promise.all(
    goals.map(({ durability, width }, i) => baton(join(dir, `baton-${i}.db`), durability, width)),
  )
  const ratios: number[][] = goals.map(() => [])
  // The first round warms up what is compiled and cached.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of ours.entries()) {
      const before = await other.round(lives / 2)
      const rate = await contender.round(lives)
      const after = await other.round(lives / 2)
      const base = 2 / (1 / before + 1 / after)
      if (process.env.BATON_BENCH_VERBOSE) console.error(goals[i]?.what, Math.round(rate), Math.round(base))
      if (round > 0) ratios[i]?.push(rate / base)
    }
  }
  for (const contender of [other, ...ours]) await contender.close()
  rmSync(dir, { recursive: true })
  const rows = goals.map(({ what, least }, i) =>
    atLeast('P1', what, median(ratios[i] ?? []), '× plainjob', least),
  )
  return { rows }
}
