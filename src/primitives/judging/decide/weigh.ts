import { Failure, invalid } from '../../../errors.ts'
import { nearest } from '../../../kernel/nearest.ts'
import type { Assessment, Contribution, Criterion, Scored } from '../terms.ts'

/** Refuses criteria that cannot be weighed: none, two of one name, a weight of nothing, bounds or a range upside down. */
export const criteriaProblem = (criteria: readonly Criterion[]): Failure | undefined => {
  if (criteria.length === 0) return invalid('criteria', 'there are none', 'Give at least one: {"name": …}.')
  for (const [i, { name, weight, min, max, range }] of criteria.entries()) {
    const at = `criteria[${i}]`
    if (criteria.findIndex((other) => other.name === name) !== i)
      return invalid(`${at}.name`, `"${name}" is there twice`, 'Name each criterion once.')
    if (!(weight > 0)) return invalid(`${at}.weight`, 'must be over 0', 'Leave out what does not count.')
    if (min !== null && max !== null && min > max)
      return invalid(`${at}.min`, `${min} is over max ${max}: nothing could pass`, 'Swap them.')
    if (range && range[0] === range[1])
      return invalid(`${at}.range`, 'has the same worst and best', 'Give [worst, best].')
  }
  return undefined
}

/** The values of an option are complete, known and within their range, or what is wrong: option and criterion by name. */
const scoresProblem = (criteria: readonly Criterion[], { id, scores }: Scored): Failure | undefined => {
  const names = criteria.map(({ name }) => name)
  for (const given of Object.keys(scores))
    if (!names.includes(given)) return unknownCriterion(id, given, names)
  for (const { name, range } of criteria) {
    const value = Object.hasOwn(scores, name) ? scores[name] : undefined
    if (value === undefined) return missingScore(id, name)
    if (!Number.isFinite(value)) return notANumber(id, name)
    if (range === null && (value < 0 || value > 1))
      return new Failure(
        'invalid_argument',
        `scores: option "${id}" has ${value} for "${name}", which is not within 0 and 1.`,
        `Give the criterion a range: [worst, best]; [10, 0] means less is better.`,
        { field: 'scores', option: id, criterion: name },
      )
  }
  return undefined
}

export const unknownCriterion = (option: string, given: string, known: readonly string[]): Failure => {
  const near = nearest(given, known)
  return new Failure(
    'invalid_argument',
    `scores: option "${option}" has a score for "${given}", which is no criterion.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}Known are ${known.join(', ')}.`,
    { field: 'scores', option, criterion: given, known },
  )
}

/** `why`: what was looked for and not found. */
export const missingScore = (option: string, criterion: string, why?: string): Failure =>
  new Failure(
    'invalid_argument',
    `scores: option "${option}" has no score for "${criterion}"${why === undefined ? '' : ` (${why})`}.`,
    'Give it in scores, give the criterion a check, name a judge, or ask for the rubric. None is invented.',
    { field: 'scores', option, criterion },
  )

const notANumber = (option: string, criterion: string): Failure =>
  invalid('scores', `option "${option}" has no finite number for "${criterion}"`, 'Give a number.')

/**
 * Weighs one option: the weighted mean of its scores, and what each criterion adds to it. The scores must be complete:
 * see `scoresProblem`.
 */
const assess = (criteria: readonly Criterion[], { id, scores, failed = [] }: Scored): Assessment => {
  const weights = criteria.reduce((sum, { weight }) => sum + weight, 0)
  const contributions = criteria.map((criterion): Contribution => {
    const { name, weight, min, max } = criterion
    const value = scores[name] as number
    const score = scoreOf(criterion, value)
    const within = (min === null || value >= min) && (max === null || value <= max)
    const passed = within && !failed.includes(name)
    return { criterion: name, value, score, share: (score * weight) / weights, passed }
  })
  const total = Math.min(
    1,
    contributions.reduce((sum, { share }) => sum + share, 0),
  )
  return { id, contributions, total, passed: contributions.every(({ passed }) => passed) }
}

/** A value within its range, 0–1; beyond an end it counts as that end. */
const scoreOf = ({ range }: Criterion, value: number): number => {
  if (!range) return value
  const [worst, best] = range
  return Math.min(1, Math.max(0, (value - worst) / (best - worst)))
}

/** Assesses all options, or says what is wrong with the first that cannot be. */
export const assessAll = (
  criteria: readonly Criterion[],
  options: readonly Scored[],
): readonly Assessment[] | Failure => {
  const problem = criteriaProblem(criteria) ?? optionsProblem(options.map(({ id }) => id))
  if (problem) return problem
  for (const option of options) {
    const wrong = scoresProblem(criteria, option)
    if (wrong) return wrong
  }
  return options.map((option) => assess(criteria, option))
}

/** Refuses no options, and two of one name. */
export const optionsProblem = (ids: readonly string[]): Failure | undefined => {
  if (ids.length === 0) return invalid('options', 'there are none', 'Give options, or task_ids.')
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  return twice === undefined ? undefined : invalid('options', `"${twice}" is there twice`, 'Name each once.')
}
