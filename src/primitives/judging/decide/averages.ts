import { mean, median as middle, sampleStandardDeviation } from 'simple-statistics'
import { Failure, invalid } from '../../../errors.ts'
import { type Aggregated, type Interval, type Item, insufficient } from './aggregated.ts'
import { studentQuantile } from './student.ts'

export type Average = 'mean' | 'median' | 'trimmed_mean'

const level = 0.95
const few = (needed: number): Interval => ({ insufficient: `insufficient data: needs at least ${needed}` })

/**
 * An average with a 95 % confidence interval where there is enough for one.
 *
 * @param trim share of the values left out at each end of a trimmed mean, 0 to under .5
 */
export const average = (method: Average, items: readonly Item[], trim: number): Aggregated | Failure => {
  const found = averageOf(method, items, trim)
  if (found instanceof Failure || !('interval' in found)) return found
  const { value, n, interval } = found
  if (!Number.isFinite(value))
    return { value: null, n, reason: 'the values are too large: their sum is beyond what a number can hold' }
  const reaches = !interval || !('low' in interval) || Number.isFinite(interval.high - interval.low)
  return reaches
    ? found
    : { ...found, interval: { insufficient: 'its ends are beyond what a number can hold' } }
}

const averageOf = (method: Average, items: readonly Item[], trim: number): Aggregated | Failure => {
  const wrong = items.find(({ value }) => typeof value !== 'number' || !Number.isFinite(value))
  if (wrong)
    return invalid('field', `"${wrong.id}" is not a number`, 'Name a field that holds numbers, or filter.')
  const n = items.length
  if (n === 0) return insufficient(0, 'there are no values')
  const values = items.map(({ value }) => value as number)
  const weights = items.map(({ weight }) => weight)
  switch (method) {
    case 'mean':
      return meanOf(values, weights)
    case 'median':
      return { value: middle(values), n, interval: ofMedian(values) }
    case 'trimmed_mean':
      return trimmed(values, trim)
  }
}

/** `centre` ± t × `error`. */
const around = (centre: number, error: number, freedom: number, method: string): Interval => {
  const reach = studentQuantile((1 + level) / 2, freedom) * error
  return { low: centre - reach, high: centre + reach, level, method }
}

/** The mean; a weighted one where the weights differ. */
const meanOf = (values: readonly number[], weights: readonly number[]): Aggregated =>
  weights.every((weight) => weight === weights[0])
    ? { value: mean([...values]), n: values.length, interval: ofMean(values) }
    : weighted(values, weights)

const ofMean = (values: readonly number[]): Interval => {
  const n = values.length
  if (n < 2) return few(2)
  const error = sampleStandardDeviation([...values]) / Math.sqrt(n)
  return around(mean([...values]), error, n - 1, `Student t, ${n - 1} degrees of freedom`)
}

/** Between two order statistics: holds for any distribution (Conover 1999, Practical Nonparametric Statistics, 3.2). */
const ofMedian = (values: readonly number[]): Interval => {
  const n = values.length
  const sorted = values.toSorted((a, b) => a - b)
  let [cut, tail, term] = [0, 0, 0.5 ** n]
  for (let k = 0; tail + term <= (1 - level) / 2; k++) {
    tail += term
    term *= (n - k) / (k + 1)
    cut = k + 1
  }
  const [low, high] = [sorted[cut - 1], sorted[n - cut]]
  if (low === undefined || high === undefined || cut === 0) return few(6)
  return { low, high, level, method: `order statistics ${cut} and ${n - cut + 1} of ${n}` }
}

/** Mean without the lowest and highest; its interval by the winsorized deviation (Tukey & McLaughlin 1963). */
const trimmed = (values: readonly number[], trim: number): Aggregated => {
  const n = values.length
  const sorted = values.toSorted((a, b) => a - b)
  const out = Math.floor(trim * n + 1e-9)
  const kept = sorted.slice(out, n - out)
  const value = mean(kept)
  if (kept.length < 2) return { value, n, interval: few(2) }
  const [low, high] = [kept[0] as number, kept.at(-1) as number]
  const winsorized = sorted.map((one) => Math.min(high, Math.max(low, one)))
  const error = (sampleStandardDeviation(winsorized) * Math.sqrt(n)) / kept.length
  const method = `Tukey–McLaughlin t, ${out} left out at each end, ${kept.length - 1} degrees of freedom`
  return { value, n, interval: around(value, error, kept.length - 1, method) }
}

/** Weighted mean; its error by Cochran's ratio variance (Gatz & Smith 1995, Atmospheric Environment 29, eq. 3). */
const weighted = (values: readonly number[], weights: readonly number[]): Aggregated => {
  const n = values.length
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const weightOf = (i: number) => (weights[i] as number) / all
  const value = values.reduce((sum, one, i) => sum + weightOf(i) * one, 0)
  if (n < 2) return { value, n, interval: few(2) }
  const squares = values.reduce((sum, one, i) => sum + (weightOf(i) * (one - value)) ** 2, 0)
  const error = Math.sqrt((n / (n - 1)) * squares)
  const method = `Student t, ${n - 1} degrees of freedom, Cochran's ratio variance`
  return { value, n, interval: around(value, error, n - 1, method) }
}
