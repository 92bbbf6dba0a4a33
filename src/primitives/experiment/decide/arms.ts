import { mean } from 'simple-statistics'
import { Failure } from '../../../errors.ts'
import { average } from '../../judging/decide/averages.ts'
import { wilson } from '../../judging/decide/wilson.ts'
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
    interval: binary ? ofShare(values) : ofMean(values),
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

const ofShare = (values: readonly number[]): Interval =>
  values.length === 0
    ? { insufficient: 'insufficient data: needs at least 1' }
    : { ...wilson(values.filter((value) => value === 1).length, values.length), method: 'Wilson' }
