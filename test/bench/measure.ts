import { median, type Row } from './rows.ts'

export interface Options {
  /** Smaller sizes and fewer rounds: all of them together in under a minute. */
  readonly quick: boolean
}

export type Measure = (options: Options) => Promise<{ rows: Row[] }>

/**
 * Lets the contenders take turns, a round each, in turned-round order every other time: what the machine does
 * besides then weighs on all alike. The first round warms up and is not told.
 */
export const alternate = async <K extends string>(
  rounds: number,
  contenders: Readonly<Record<K, () => Promise<number> | number>>,
): Promise<Record<K, number[]>> => {
  const names = Object.keys(contenders) as K[]
  const told = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>
  for (let round = 0; round <= rounds; round++) {
    for (const name of round % 2 ? names.toReversed() : names) {
      const value = await contenders[name]()
      if (round > 0) told[name].push(value)
      if (verbose) console.error(round, name, value.toPrecision(4))
    }
  }
  return told
}

const verbose = process.env.BATON_BENCH_VERBOSE !== undefined

/** The median over the rounds of one contender's value divided by the other's in the same round. */
export const ratio = (ours: readonly number[], floor: readonly number[]): number =>
  median(ours.map((value, round) => value / (floor[round] ?? Number.NaN)))

/** How long `act` takes, ms. */
export const timed = async (act: () => unknown): Promise<number> => {
  const started = performance.now()
  await act()
  return performance.now() - started
}

/** The median duration of `act`, done `times` times one after another, ms. */
export const typical = async (times: number, act: (n: number) => unknown): Promise<number> => {
  const taken: number[] = []
  for (let n = 0; n < times; n++) taken.push(await timed(() => act(n)))
  return median(taken)
}
