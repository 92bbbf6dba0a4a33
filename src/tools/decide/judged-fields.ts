import { z } from 'zod'
import { greatestWeight } from '../../primitives/judging/decide/aggregate.ts'
import type { Criterion } from '../../primitives/judging/terms.ts'
import { json, list, newHandle, taskHandle, text } from '../fields.ts'

/*
 * What evaluate_results and select_best share. A model reads the shape of an entry in the description of its list, at a
 * third of the tokens; entries are checked field by field all the same.
 */

const record = z.record(z.string(), json)
const finite = z.number()
const scoresOf = z.record(newHandle, finite)

const criterion = z.strictObject({
  name: newHandle,
  weight: finite.max(greatestWeight).optional(),
  min: finite.optional(),
  max: finite.optional(),
  range: z.tuple([finite, finite]).optional(),
  check: z.union([text(4_000), record]).optional(),
  description: text(2_000).optional(),
})
const option = z.strictObject({ id: newHandle, scores: scoresOf.optional(), result: json.optional() })

export const criteriaList = list(record.pipe(criterion), 50, 1)
export const judgedFields = {
  options: list(record.pipe(option), 200).describe('[{id, scores?: {criterion: 0–1}, result?}]').optional(),
  task_ids: list(taskHandle, 200).describe('Instead: judge results').optional(),
  scores: record.pipe(z.record(newHandle, scoresOf)).describe('By task, by criterion').optional(),
}

export type GivenCriteria = z.output<typeof criteriaList>
export interface GivenJudged {
  readonly options?: readonly z.output<typeof option>[] | undefined
  readonly task_ids?: readonly string[] | undefined
  readonly scores?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined
}

export const criteriaOf = (given: GivenCriteria): readonly Criterion[] =>
  given.map(
    ({ name, weight = 1, min = null, max = null, range = null, check = null, description = null }) => ({
      name,
      weight,
      min,
      max,
      range,
      check,
      description,
    }),
  )
