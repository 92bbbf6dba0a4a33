import { quantileSorted } from 'simple-statistics'
import { type Play, type Played, play, totalRegret } from './play.ts'
import { chanceOf, jobs, type World, worlds } from './world.ts'

export const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1)

/** The middle and the quartiles of what came out over the seeds. */
export interface Spread {
  readonly low: number
  readonly median: number
  readonly high: number
}

const spread = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (p: number) => quantileSorted(sorted, p)
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

const plays = [
  ['round robin', { strategy: 'round_robin' }],
  ['formula', { strategy: 'formula' }],
  ['learned', { strategy: 'learned' }],
  ['learned, 8 in flight', { strategy: 'learned', inFlight: 8, capacity: 6 }],
] as const satisfies readonly (readonly [string, Play])[]

export interface Line {
  readonly world: string
  readonly play: string
  readonly regret: Spread
  /** Share of tasks after the first 100 that went to whoever does them best. */
  readonly best: Spread
}

/** Every world under every strategy, the same seeds for each. */
export const regrets = (over: readonly number[]): readonly Line[] =>
  Object.values(worlds).flatMap((world) =>
    plays.map(([name, how]) => {
      const games = over.map((seed) => play(jobs(world, seed), how))
      return {
        world: world.name,
        play: name,
        regret: spread(games.map(totalRegret)),
        best: spread(games.map((played) => shareOfBest(played.slice(warmUp)))),
      }
    }),
  )

const warmUp = 100

const shareOfBest = (played: readonly Played[]): number =>
  played.filter(({ regret }) => regret === 0).length / Math.max(1, played.length)

export interface Check {
  readonly what: string
  readonly holds: boolean
}

/** What was promised, of the world that it was promised for. */
export const acceptance = (over: readonly number[]): readonly Check[] => {
  const world: World = worlds.reversed
  const games = (how: Play) => over.map((seed) => play(jobs(world, seed), how))
  const middle = (how: Play) => spread(games(how).map(totalRegret)).median
  const [turns, formula] = [middle({ strategy: 'round_robin' }), middle({ strategy: 'formula' })]
  const learned = games({ strategy: 'learned' })
  const regret = spread(learned.map(totalRegret)).median
  const later = learned.map((played) => played.slice(warmUp))
  const shares = ['x', 'y'].map(
    (type) =>
      spread(later.map((played) => shareOfBest(played.filter(({ job }) => job.features.type === type))))
        .median,
  )
  const success = (of: readonly (readonly Played[])[]) =>
    spread(of.map((played) => mean(played.map(({ job, agent }) => Number(job.luck < chanceOf(job, agent))))))
      .median
  const byFormula = success(games({ strategy: 'formula' }).map((played) => played.slice(warmUp)))
  const byLearned = success(later)
  return [
    { what: `regret ${one(regret)} < half of the formula's ${one(formula)}`, holds: regret < formula / 2 },
    { what: `regret ${one(regret)} < a quarter of round robin's ${one(turns)}`, holds: regret < turns / 4 },
    {
      what: `after 100 outcomes ${shares.map(percent).join(' of x and ')} of y go to the right agent (≥ 85 %)`,
      holds: shares.every((share) => share >= 0.85),
    },
    {
      what: `of the tasks after that ${percent(byLearned)} succeed, by the formula ${percent(byFormula)}`,
      holds: byLearned > byFormula,
    },
  ]
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

const one = (value: number): string => value.toFixed(1)
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
