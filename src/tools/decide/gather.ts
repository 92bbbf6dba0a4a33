import { Failure, invalid } from '../../errors.ts'
import { nearest } from '../../kernel/nearest.ts'
import type { Reader } from '../../kernel/ports.ts'
import { criteriaProblem, optionsProblem } from '../../primitives/judging/decide/weigh.ts'
import { reportOf } from '../../primitives/judging/reported.ts'
import { readyChecks } from '../../primitives/judging/results.ts'
import { fillSheet, type Option, type Sheet } from '../../primitives/judging/sheet.ts'
import type { Criterion, Scores } from '../../primitives/judging/terms.ts'
import { type Verdict, verdictOf } from '../../primitives/judging/verdict.ts'
import { loadConditions } from '../../primitives/policy/ready.ts'
import { type Run, type Speaker, theRun } from '../../primitives/run/find.ts'
import { speaker } from '../speaking.ts'
import type { ToolContext } from '../tool.ts'
import type { GivenJudged } from './judged-fields.ts'

/** Options with all their scores that could be found. */
export interface Gathered {
  readonly run: Run
  readonly options: readonly Option[]
  readonly sheet: Sheet
}

interface Asked extends GivenJudged {
  readonly run_id: string | undefined
  /** Task of a judge whose verdict counts. */
  readonly verdict: string | undefined
  readonly speaker: Speaker
}

const look = async (db: Reader, { run_id, options, task_ids, scores, verdict, speaker }: Asked) => {
  const run = await theRun(db, run_id, speaker)
  const found: Option[] = (options ?? []).map(({ id, scores: given = {}, result }) => ({
    id,
    given: { ...given, ...scores?.[id] },
    ...(result !== undefined && { result }),
  }))
  for (const id of task_ids ?? [])
    found.push({ id, given: scores?.[id] ?? {}, task: await reportOf(db, run, id) })
  const said = verdict === undefined ? undefined : await verdictOf(db, run, verdict)
  return { run, options: found, verdict: said }
}

/**
 * Reads what is to be judged, and looks for every score: checks run outside of transactions. With a verdict that is not
 * there yet, answers the id of the judge's task instead.
 */
export const gather = async (
  ctx: ToolContext,
  criteria: readonly Criterion[],
  asked: Omit<Asked, 'speaker'>,
): Promise<Gathered | { readonly run: Run; readonly pending: string }> => {
  if ((asked.options === undefined) === (asked.task_ids === undefined))
    throw invalid('options', 'give options or task_ids', 'One of them, not both.')
  const wrong = criteriaProblem(criteria)
  if (wrong) throw wrong
  const { run, options, verdict } = await ctx.read(look, { ...asked, speaker: speaker(ctx.session) })
  const ids = options.map(({ id }) => id)
  const problem =
    optionsProblem(ids) ??
    unknownOption(ids, asked.scores, 'scores') ??
    unknownOption(ids, told(verdict), 'judge')
  if (problem) throw problem
  if (verdict && 'pending' in verdict) return { run, pending: verdict.pending }
  const checks = await readyChecks(criteria, loadConditions)
  if (checks instanceof Failure) throw checks
  const sheet = await fillSheet(criteria, options, checks, told(verdict) ?? {})
  if (sheet instanceof Failure) throw sheet
  return { run, options, sheet }
}

const told = (verdict: Verdict | undefined) => (verdict && 'scores' in verdict ? verdict.scores : undefined)

const unknownOption = (
  ids: readonly string[],
  scores: Readonly<Record<string, Scores>> | undefined,
  field: string,
): Failure | undefined => {
  const unknown = Object.keys(scores ?? {}).find((id) => !ids.includes(id))
  if (unknown === undefined) return undefined
  const near = nearest(unknown, ids)
  return invalid(
    field,
    `"${unknown}" is no option`,
    `${near === undefined ? '' : `Did you mean ${near}? `}Options are ${ids.slice(0, 20).join(', ')}.`,
  )
}
