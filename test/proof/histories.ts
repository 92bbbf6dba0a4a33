import { join } from 'node:path'
import { schema, streams } from '../../src/primitives/index.ts'
import { SqliteStore } from '../../src/storage/sqlite/store.ts'
import { type AnsweringProcess, withProcesses } from '../support/answering-process.ts'
import { Random } from '../support/random.ts'
import type { Ask } from './histories/historian.ts'
import type { Told } from './histories/history.ts'
import { shrunk } from './histories/shrink.ts'
import { type Outcome, prove } from './proof.ts'

export interface HistoriesOptions {
  readonly seed: number
  readonly histories: number
  /** The most commands of one history. */
  readonly length: number
  /** How many of them are lived at the same time. */
  readonly processes: number
}

/** How long the shortest history that still shows a fault is looked for, ms. */
const shrinkFor = 60_000

/** The seeds of the steps of one history. Half of the histories are of full length. */
const drawsOf = ({ seed, length }: HistoriesOptions, number: number): readonly number[] => {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  const steps = random.chance(0.5) ? length : random.int(1, length)
  return Array.from({ length: steps }, () => random.int(0, 0xffffffff))
}

/**
 * Random histories of real commands on a real file, rolled back at will: everything reads as it did at the checkpoint,
 * nothing is lost from the log, and no command leads to what must not be. `HISTORY=n` in the environment lives only
 * the one with that number.
 */
export const histories = (options: HistoriesOptions): Promise<Outcome> =>
  prove('histories', async ({ directory, faults }) => {
    const template = join(directory, 'template.db')
    await emptyFile(template)
    const seen: Record<string, number> = { histories: 0, commands: 0, refused: 0, events: 0, rollbacks: 0 }
    const only = process.env.HISTORY
    const numbers =
      only === undefined ? Array.from({ length: options.histories }, (_, i) => i) : [Number(only)]
    const liveAll = async (historian: AnsweringProcess<Ask>) => {
      const live = (draws: readonly number[]): Promise<Told> => historian.ask({ do: 'live', template, draws })
      for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
        const draws = drawsOf(options, number)
        const told = await live(draws)
        for (const [what, by] of Object.entries(told.seen)) seen[what] = (seen[what] ?? 0) + by
        seen.histories = (seen.histories ?? 0) + 1
        if (told.fault === undefined) continue
        // One fault is enough to look at; the others may be the same.
        numbers.length = 0
        faults.add(inWords(options.seed, number, await shrunk(draws, told, live, shrinkFor)))
      }
    }
    const program = join(import.meta.dirname, 'histories', 'historian.ts')
    await withProcesses<Ask, unknown>(program, options.processes, (historians) =>
      Promise.all(historians.map(liveAll)),
    )
    return seen
  })

const inWords = (seed: number, number: number, { fault, said }: Told): string =>
  `${fault} (again: HISTORY=${number} npm run proof -- histories --seed ${seed})\n    ${said.join('\n    ')}`

const emptyFile = async (file: string): Promise<void> => {
  const options = { file, durability: 'normal', streams, schema } as const
  const store = new SqliteStore({ ...options, clock: () => 0, newId: (prefix) => `${prefix}_0` })
  await store.close()
}
