import type { Failure } from '../../errors.ts'
import type { Open } from './decide/rubric.ts'
import { missingScore, unknownCriterion } from './decide/weigh.ts'
import type { Reported } from './reported.ts'
import type { Measures } from './results.ts'
import type { Criterion, Scored, Scores } from './terms.ts'

/** Something to judge, before it has all its scores. */
export interface Option {
  readonly id: string
  /** Scores that the caller gave. */
  readonly given: Scores
  /** What is judged, where the caller gave it itself. */
  readonly result?: unknown
  /** What is judged, where a task handed it in. */
  readonly task?: Reported
}

/** Where a score came from. */
export type Source = 'given' | 'judge' | 'check' | 'reported'

export interface Sheet {
  readonly options: readonly (Scored & { readonly sources: Readonly<Record<string, Source>> })[]
  /** Scores that are nowhere, each with what was looked for. */
  readonly open: readonly (Open & { readonly why: string })[]
}

type Found =
  | { readonly value: number; readonly source: Source; readonly holds?: boolean | undefined }
  | { readonly why: string }

/**
 * Finds the score of each option for each criterion: what the caller gave, else what the judge said, else what the
 * criterion's check comes to, else what the task itself reported as `score` or `metrics.NAME`. Never anything else.
 */
export const fillSheet = async (
  criteria: readonly Criterion[],
  options: readonly Option[],
  checks: ReadonlyMap<string, Measures>,
  verdict: Readonly<Record<string, Scores>>,
): Promise<Sheet | Failure> => {
  const names = criteria.map(({ name }) => name)
  const open: (Open & { readonly why: string })[] = []
  const filled: Sheet['options'][number][] = []
  for (const option of options) {
    const judged = Object.hasOwn(verdict, option.id) ? (verdict[option.id] ?? {}) : {}
    for (const given of [...Object.keys(option.given), ...Object.keys(judged)])
      if (!names.includes(given)) return unknownCriterion(option.id, given, names)
    const scores: Record<string, number> = {}
    const sources: Record<string, Source> = {}
    const failed: string[] = []
    for (const name of names) {
      const found = await find(name, option, judged, checks.get(name))
      if ('why' in found) open.push({ option: option.id, criterion: name, why: found.why })
      else {
        scores[name] = found.value
        sources[name] = found.source
        if (found.holds === false) failed.push(name)
      }
    }
    filled.push({ id: option.id, scores, sources, failed })
  }
  return { options: filled, open }
}

const find = async (
  name: string,
  { given, result, task }: Option,
  judged: Scores,
  measures: Measures | undefined,
): Promise<Found> => {
  if (Object.hasOwn(given, name)) return { value: given[name] as number, source: 'given' }
  if (Object.hasOwn(judged, name)) return { value: judged[name] as number, source: 'judge' }
  if (measures) {
    if (result === undefined && !task) return { why: 'it has no result to check' }
    const said = await measures(task ?? { result })
    if ('problem' in said) return { why: `its check: ${said.problem}` }
    return { value: said.score, source: 'check', holds: said.holds }
  }
  if (task) return reportedScore(name, task)
  return { why: 'none was given' }
}

const reportedScore = (name: string, { score, metrics }: Reported): Found => {
  if (name === 'score')
    return score === null ? { why: 'its task reported none' } : { value: score, source: 'reported' }
  if (!name.startsWith('metrics.')) return { why: 'none was given' }
  const metric = name.slice('metrics.'.length)
  const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined
  if (value !== undefined) return { value, source: 'reported' }
  return { why: `its task reported ${Object.keys(metrics).join(', ') || 'no metrics'}` }
}

/** The refusal of a sheet with gaps: it names the first. */
export const gap = ({ open }: Sheet): Failure | undefined => {
  const first = open[0]
  return first && missingScore(first.option, first.criterion, first.why)
}
