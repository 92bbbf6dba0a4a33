import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Durability } from '../../src/storage/sqlite/open.ts'
import { openBoard } from './life-cycles.ts'
import { openPlainjob } from './plainjob.ts'
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

/** plainjob, in turns with ours: as it comes, or with each commit synced as ours are. */
const plainjob = (file: string, durability: Durability): Contender => {
  const { live, close } = openPlainjob(file, durability)
  const round = (lives: number) =>
    perSecond(lives, async () => {
      for (let i = 0; i < lives; i++) live()
    })
  return { round, close: async () => close() }
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

const usual = { against: 'normal', unit: '× plainjob' } as const
const goals = [
  { ...usual, what: 'life cycles, group of 16, FULL', durability: 'full', width: 16, least: 2 },
  { ...usual, what: 'life cycles, group of 16, NORMAL', durability: 'normal', width: 16, least: 3 },
  { ...usual, what: 'life cycles, ungrouped, NORMAL', durability: 'normal', width: 1, least: 1.2 },
  // For information: both as durable as each other.
  {
    what: 'life cycles, group of 16, both FULL',
    durability: 'full',
    width: 16,
    least: 2,
    against: 'full',
    unit: '× plainjob, FULL',
  },
] as const

/** P1: whole life cycles in process against plainjob, interleaved in one run; medians of the rounds' ratios. */
export const measure = async ({ quick }: { quick: boolean }): Promise<{ rows: Row[] }> => {
  const lives = quick ? 480 : 1_600
  const rounds = quick ? 5 : 9
  const dir = mkdtempSync(join(tmpdir(), 'baton-bench-'))
  const others = {
    normal: plainjob(join(dir, 'plainjob.db'), 'normal'),
    full: plainjob(join(dir, 'plainjob-full.db'), 'full'),
  }
  const ours = await Promise.all(
    goals.map(({ durability, width }, i) => baton(join(dir, `baton-${i}.db`), durability, width)),
  )
  const ratios: number[][] = goals.map(() => [])
  // The first round warms up what is compiled and cached.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { what, against }] of goals.entries()) {
      const contender = ours[i] as Contender
      const other = others[against]
      const before = await other.round(lives / 2)
      const rate = await contender.round(lives)
      const after = await other.round(lives / 2)
      const base = 2 / (1 / before + 1 / after)
      if (process.env.BATON_BENCH_VERBOSE) console.error(what, Math.round(rate), Math.round(base))
      if (round > 0) ratios[i]?.push(rate / base)
    }
  }
  for (const contender of [...Object.values(others), ...ours]) await contender.close()
  rmSync(dir, { recursive: true })
  const rows = goals.map(({ what, least, unit }, i) =>
    atLeast('P1', what, median(ratios[i] ?? []), unit, least),
  )
  return { rows }
}
