import { type Failure, invalid } from '../../../errors.ts'
import { sameTotal } from '../terms.ts'
import { type Aggregated, type Item, insufficient } from './aggregated.ts'
import { average } from './averages.ts'
import { bradleyTerry } from './bradley-terry.ts'
import { canonical } from './canonical.ts'
import { concat, merge } from './merge.ts'
import { majority, plurality, rankedChoice } from './votes.ts'

export const methods = [
  'concat',
  'merge',
  'majority',
  'plurality',
  'ranked',
  'mean',
  'median',
  'trimmed_mean',
  'pairwise',
  'best_of',
] as const
export type Method = (typeof methods)[number]

/** Sums of weights stay exact enough below it. */
export const greatestWeight = 1e12

/** Methods for which a weight has a meaning. */
const weighable: readonly Method[] = ['majority', 'plurality', 'ranked', 'mean', 'pairwise', 'best_of']

/** Refuses options that a method would ignore. */
export const methodProblem = (
  method: Method,
  given: { readonly weight: boolean; readonly trim: boolean },
): Failure | undefined => {
  if (given.trim && method !== 'trimmed_mean')
    return invalid('trim', `has no meaning for ${method}`, 'Leave it out, or use trimmed_mean.')
  if (given.weight && !weighable.includes(method))
    return invalid('weight', `has no meaning for ${method}`, `It has one for ${weighable.join(', ')}.`)
  return undefined
}

/** Aggregates items by one method. A refusal names the item that does not fit it. */
export const aggregate = (method: Method, items: readonly Item[], trim: number): Aggregated | Failure => {
  const bad =
    method === 'best_of' ? undefined : items.find(({ weight }) => !(weight > 0 && weight <= greatestWeight))
  if (bad)
    return invalid(
      'weight',
      `that of "${bad.id}" is not over 0 and at most ${greatestWeight}`,
      'Filter out what does not count, and scale what is larger.',
    )
  switch (method) {
    case 'concat':
      return concat(items)
    case 'merge':
      return merge(items)
    case 'majority':
      return majority(items)
    case 'plurality':
      return plurality(items)
    case 'ranked':
      return rankedChoice(items)
    case 'pairwise':
      return bradleyTerry(items)
    case 'best_of':
      return bestOf(items)
    default:
      return average(method, items, trim)
  }
}

/** The value of the item that ranks highest; none when several do and say different things. */
const bestOf = (items: readonly Item[]): Aggregated => {
  const n = items.length
  if (n === 0) return insufficient(0, 'there is nothing to choose from')
  const most = Math.max(...items.map(({ weight }) => weight))
  const first = items.filter(({ weight }) => most - weight < sameTotal)
  const said = new Set(first.map(({ value }) => canonical(value)))
  const ties = first.length > 1 ? { ties: first.map(({ id }) => id) } : {}
  if (said.size > 1) return { value: null, n, ...ties, reason: 'several rank highest' }
  return { value: first[0]?.value, n, ...ties, reason: `${first[0]?.id} ranks highest with ${most}` }
}
