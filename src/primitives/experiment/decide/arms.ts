import { mean } from 'simple-statistics'
import { Failure } from '../../../errors.ts'
import { average } from '../../judging/decide/averages.ts'
import type { Arm, Interval } from '../events.ts'

/** The outcomes of one variant. */
export interface Outcomes {
  readonly variant: string
  readonly values: readonly number[]
}

/** What is known of each variant, with a 95 % interval of its own: it says how sure a mean is, and decides nothing. */
export const armsOf = (all: readonly Outcomes[]): readonly Arm[] => {
  const binary = all.every(({ values }) => values.every((value) => value === 0 || value === 1))
  return all.map(({ variant, values }) => ({
    variant,
    n: values.length,
    mean: values.length === 0 ? null : mean([...values]),
    interval: binary ? wilson(values) : ofMean(values),
  }))
}

const ofMean = (values: readonly number[]): Interval => {
  const items = values.map((value, i) => ({ id: String(i), value, weight: 1 }))
  const found = average('mean', items, 0)
  if (found instanceof Failure) throw found
  const { interval } = found
  if (interval && 'low' in interval)
    return { low: interval.low, high: interval.high, method: interval.method }
  return interval ?? { insufficient: 'insufficient data: needs at least 2' }
}

/** The 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054

/** Score interval of a proportion (E. B. Wilson, Journal of the American Statistical Association 22, 1927). */
const wilson = (values: readonly number[]): Interval => {
  const n = values.length
  if (n === 0) return { insufficient: 'insufficient data: needs at least 1' }
  const p = mean([...values])
  const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n)
  const reach = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach), method: 'Wilson' }
}
