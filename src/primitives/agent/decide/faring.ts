import { median } from 'simple-statistics'
import { fisherBelow } from '../../judging/decide/fisher.ts'
import { rankSum } from './chance.ts'

/** What came of one claim. `lost`: its lease ran out, and nobody had reported. */
export interface Outcome {
  /** Seq of the event that says so. */
  readonly seq: number
  readonly what: 'done' | 'failed' | 'lost'
  /** From claim to report, of what was done. */
  readonly ms: number
}

/** How many of the newest are held against those before; the fewest of those, and the most. */
const newest = 10
const earlier = { least: 10, most: 40 }
/**
 * A difference that chance makes as likely as this is none. An agent is looked at after each outcome: at .01, a third of
 * those that stay as they are were taken for worse within a hundred outcomes; at .001, six in a hundred.
 */
const level = 0.001
/** Lost claims in a row after which nobody seems to be there. As many as failed turns. */
const lostUntilAsked = 3

/** Figures of the newest and of those before, and how likely chance alone makes such a difference, or a greater. */
interface Shift {
  readonly now: number
  readonly before: number
  readonly n: readonly [now: number, before: number]
  readonly chance: number
}

/** The newest outcomes and those before them; undefined: insufficient data. */
const parted = <T>(
  all: readonly T[],
): { readonly now: readonly T[]; readonly before: readonly T[] } | undefined => {
  if (all.length < newest + earlier.least) return undefined
  return { now: all.slice(-newest), before: all.slice(-newest - earlier.most, -newest) }
}

const successes = (all: readonly Outcome[]): number => all.filter(({ what }) => what === 'done').length
const times = (all: readonly Outcome[]): number[] =>
  all.filter(({ what }) => what === 'done').map(({ ms }) => ms)

/** By more than a tenth of all. In whole numbers, so that a tenth exactly is none more. */
const fell = (
  now: readonly [done: number, of: number],
  before: readonly [done: number, of: number],
): boolean => 10 * (before[0] * now[1] - now[0] * before[1]) > now[1] * before[1]

/** By more than a tenth of what it was. */
const grew = (now: number, before: number): boolean => 10 * now > 11 * before

/** A success rate that fell by more than .10, and not by chance (Fisher's exact test). */
export const rateFell = (now: readonly Outcome[], before: readonly Outcome[]): Shift | undefined => {
  const [a, b] = [[successes(now), now.length] as const, [successes(before), before.length] as const]
  if (!fell(a, b)) return undefined
  const chance = fisherBelow(...a, ...b)
  if (chance >= level) return undefined
  return { now: a[0] / a[1], before: b[0] / b[1], n: [a[1], b[1]], chance }
}

/** A median time to success that grew by more than 10 %, and not by chance (Mann–Whitney). */
export const timeGrew = (now: readonly number[], before: readonly number[]): Shift | undefined => {
  const [a, b] = [median([...now]), median([...before])]
  if (!grew(a, b)) return undefined
  const chance = rankSum(now, before)
  if (chance >= level) return undefined
  return { now: a, before: b, n: [now.length, before.length], chance }
}

/** What got worse with an agent. */
export interface Degradation {
  readonly rate?: Shift
  readonly time?: Shift
  /** Seq of the first of the newest outcomes: what was asked after it was asked about these. */
  readonly since: number
}

/** Whether the newest ten outcomes of an agent are worse than the (at least ten) before; undefined: no, or too few. */
export const degradation = (outcomes: readonly Outcome[]): Degradation | undefined => {
  const all = parted(outcomes)
  if (!all) return undefined
  const slower = parted(times(outcomes))
  const rate = rateFell(all.now, all.before)
  const time = slower && timeGrew(slower.now, slower.before)
  if (!rate && !time) return undefined
  return { ...(rate && { rate }), ...(time && { time }), since: (all.now[0] as Outcome).seq }
}

/**
 * Whether an agent does as well again as before `asked` (a seq), when it got worse: neither figure that was over its
 * bound then still is, against the same outcomes as then. Without a test: whoever doubts it keeps a question open that
 * nobody needs to answer.
 */
export const recovered = (outcomes: readonly Outcome[], asked: number): boolean => {
  const then = outcomes.filter(({ seq }) => seq < asked)
  const all = parted(then)
  if (!all) return false
  const latest = outcomes.slice(-newest)
  const rate = ({ length }: readonly Outcome[], done: number) => [done, length] as const
  const base = rate(all.before, successes(all.before))
  if (fell(rate(latest, successes(latest)), base)) return false
  const slower = parted(times(then))
  if (!slower || !grew(median([...slower.now]), median([...slower.before]))) return true
  return !grew(median(times(outcomes).slice(-newest)), median([...slower.before]))
}

/** Claims of an agent that were lost one after the other until now, where they are enough to ask; else undefined. */
export const lostInARow = (
  outcomes: readonly Outcome[],
): { readonly count: number; readonly since: number } | undefined => {
  const kept = outcomes.findLastIndex(({ what }) => what !== 'lost')
  const lost = outcomes.slice(kept + 1)
  if (lost.length < lostUntilAsked) return undefined
  return { count: lost.length, since: (lost.at(-lostUntilAsked) as Outcome).seq }
}
