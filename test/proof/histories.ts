import { join } from 'node:path'
import { schema, streams } from '../../src/primitives/index.ts'
import { SqliteStore } from '../../src/storage/sqlite/store.ts'
import { Random } from '../support/random.ts'
import { withScratch } from '../support/scratch.ts'
import { live, type Told } from './histories/history.ts'
import { shrunk } from './histories/shrink.ts'
import { Faults, type Outcome } from './proof.ts'

export interface HistoriesOptions {
  readonly seed: number
  readonly histories: number
  /** The most commands of one history. */
  readonly length: number
  /** Only this one, counted from 0: to look at what another run has reported. */
  readonly only?: number | undefined
}

/** How long the shortest history that still shows a fault is looked for, ms. */
const shrinkFor = 60_000

/** The seeds of the steps of one history. Half of the histories are of full length. */
export const drawsOf = (
  { seed, length }: Pick<HistoriesOptions, 'seed' | 'length'>,
  number: number,
): number[] => {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  const steps = random.chance(0.5) ? length : random.int(1, length)
  return Array.from({ length: steps }, () => random.int(0, 0xffffffff))
}

/**
 * Random histories of real commands on a real file, rolled back at will: everything reads as it did at the checkpoint,
 * nothing is lost from the log, and no command leads to what must not be.
 */
export const histories = (options: HistoriesOptions): Promise<Outcome> =>
  withScratch(async (directory) => {
    const template = join(directory, 'template.db')
    await emptyFile(template)
    const faults = new Faults()
    const seen: Record<string, number> = { histories: 0, commands: 0, refused: 0, rollbacks: 0, events: 0 }
    const numbers = options.only === undefined ? Array(options.histories).keys() : [options.only]
    for (const number of numbers) {
      const draws = drawsOf(options, number)
      const told = await live(directory, template, draws)
      for (const [what, by] of Object.entries(told.seen)) seen[what] = (seen[what] ?? 0) + by
      seen.histories = (seen.histories ?? 0) + 1
      seen.events = (seen.events ?? 0) + told.events
      if (told.fault === undefined) continue
      const again = (fewer: readonly number[]) => live(directory, template, fewer)
      const shortest = await shrunk(draws, told, again, shrinkFor)
      faults.add(report(options.seed, number, shortest))
      break
    }
    return faults.outcome('histories', seen)
  })

const report = (seed: number, number: number, { fault, said }: Told): string =>
  `history ${number} of seed ${seed}: ${fault}\n    ${said.join('\n    ')}`

const emptyFile = async (file: string): Promise<void> => {
  const options = { file, durability: 'normal', streams, schema } as const
  const store = new SqliteStore({ ...options, clock: () => 0, newId: (prefix) => `${prefix}_0` })
  await store.close()
}
