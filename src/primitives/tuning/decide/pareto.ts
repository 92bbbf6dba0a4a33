import type { Weights } from '../events.ts'

/** What a setting achieves. Latency and cost are better low, throughput high; a cost of null was not measured. */
export interface Point {
  readonly latency_ms: number
  readonly throughput: number
  readonly cost_usd: number | null
}

/** All axes so that less is better. Cost counts only where every point has one: else two could not be compared. */
const axes = (points: readonly Point[]): ((point: Point) => readonly number[]) =>
  points.every(({ cost_usd }) => cost_usd !== null)
    ? ({ latency_ms, throughput, cost_usd }) => [latency_ms, -throughput, cost_usd ?? 0]
    : ({ latency_ms, throughput }) => [latency_ms, -throughput]

const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, i) => value <= (b[i] as number)) && a.some((value, i) => value < (b[i] as number))

const lexically = (a: readonly number[], b: readonly number[]): number => {
  const i = a.findIndex((value, at) => value !== b[at])
  return i === -1 ? 0 : (a[i] as number) - (b[i] as number)
}

/**
 * The points that no other one dominates (at least as good on every axis, better on one), least latency first. In
 * lexical order none is dominated by a later one, so each is held against the front so far only (Kung, Luccio &
 * Preparata 1975, section 2).
 */
export const paretoFront = <P extends Point>(points: readonly P[]): readonly P[] => {
  const of = axes(points)
  const sorted = points.map((point) => ({ point, at: of(point) })).toSorted((a, b) => lexically(a.at, b.at))
  const front: typeof sorted = []
  for (const one of sorted) if (!front.some((kept) => dominates(kept.at, one.at))) front.push(one)
  return front.map(({ point }) => point)
}

/**
 * What a point is worth, as a natural logarithm, so that a difference of 0.02 is one of 2 %: generalised power,
 * throughput^a / (latency^b · cost^c) with the weights' shares as exponents. Power, throughput over delay, is greatest
 * at the knee of their curve (Kleinrock 1979, "Power and deterministic rules of thumb for probabilistic problems in
 * computer communications"). It has no scale to normalise, so which of two settings is better does not hang on what
 * else was tried. Undefined where an axis that counts was not measured or is 0.
 */
export const power = (point: Point, weights: Weights): number | undefined => {
  const cost = point.cost_usd === null ? 0 : weights.cost
  const all = weights.throughput + weights.latency + cost
  if (all <= 0) return undefined
  const of = (weight: number, value: number): number => (weight === 0 ? 0 : (weight / all) * Math.log(value))
  const worth =
    of(weights.throughput, point.throughput) -
    of(weights.latency, point.latency_ms) -
    of(cost, point.cost_usd ?? 1)
  return Number.isFinite(worth) ? worth : undefined
}

/** The knee: the member of the front with the greatest power. Undefined for an empty front. */
export const kneeOf = <P extends Point>(points: readonly P[], weights: Weights): P | undefined => {
  const front = paretoFront(points)
  const rank = (point: P): number => power(comparable(front)(point), weights) ?? Number.NEGATIVE_INFINITY
  return front.reduce<P | undefined>((best, one) => (best && rank(best) >= rank(one) ? best : one), undefined)
}

const comparable = (points: readonly Point[]): ((point: Point) => Point) =>
  points.every(({ cost_usd }) => cost_usd !== null)
    ? (point) => point
    : (point) => ({ ...point, cost_usd: null })
