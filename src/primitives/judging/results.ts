import { absent } from '../../conditions/terms.ts'
import { type Failure, invalid } from '../../errors.ts'
import { fitsSchema, schemaProblem } from '../../schemas/check.ts'
import type { ConditionEngine } from '../policy/ready.ts'
import type { Criterion, CriterionCheck } from './terms.ts'

/** What a condition over one result may name. */
const resultNames = {
  result: 'dyn',
  score: 'double',
  confidence: 'double',
  metrics: { map: 'double' },
  agent_id: 'string',
  task_id: 'string',
  key: 'string',
} as const

/** One result as conditions see it. Nulls and what is left out: it is not there. */
export interface Judged {
  readonly result: unknown
  readonly score?: number | null | undefined
  readonly confidence?: number | null | undefined
  readonly metrics?: Readonly<Record<string, number>> | undefined
  readonly agent_id?: string | null | undefined
  readonly task_id?: string | null | undefined
  readonly key?: string | null | undefined
}

/** What a condition over results came to, for one of them. */
type Asked = { readonly value: unknown } | { readonly problem: string }

/**
 * A condition over results, ready to be asked one after the other: boxed, each ended after 50 ms, outside of any
 * transaction. A refusal names `field`.
 */
export const overResults = (
  text: string,
  field: string,
  { compile, evaluateBoxed, isProblem }: ConditionEngine,
): ((judged: Judged) => Promise<Asked>) | Failure => {
  const condition = compile(text, resultNames)
  if (isProblem(condition)) return conditionRefused(field, condition, Object.keys(resultNames))
  return async (judged) => {
    const named = Object.keys(resultNames).map((name) => [name, judged[name as keyof Judged] ?? absent])
    // A result may well be null.
    const values = { ...Object.fromEntries(named), result: judged.result ?? null }
    const said = await evaluateBoxed(condition, values)
    return 'problem' in said ? { problem: said.problem.message } : said
  }
}

/** A condition that cannot be used, in words that name the field, the place and the closest name. */
export const conditionRefused = (
  field: string,
  problem: { readonly message: string; readonly at?: { readonly start: number }; readonly closest?: string },
  known: readonly string[],
): Failure => {
  const { message, at, closest } = problem
  const near = closest === undefined ? '' : `Did you mean ${closest}? `
  return invalid(
    field,
    `${message}${at ? `, at character ${at.start + 1}` : ''}`,
    `${near}It is CEL; known are ${known.join(', ')}.`,
  )
}

/**
 * Measures a result by a check: its value, or why it has none. `holds`: what a check that is true or false came to; one
 * that comes to a number is held against the bounds of its criterion alone.
 */
export type Measures = (
  judged: Judged,
) => Promise<{ readonly score: number; readonly holds?: boolean } | { readonly problem: string }>

const truth = (holds: boolean) => ({ score: holds ? 1 : 0, holds })

/** The check of a criterion, made ready. */
const readyCheck = async (
  check: CriterionCheck,
  field: string,
  engine: () => Promise<ConditionEngine>,
): Promise<Measures | Failure> => {
  if (typeof check !== 'string') {
    const problem = await schemaProblem(check)
    if (problem !== undefined) return invalid(field, problem, 'Give a JSON schema, or CEL as text.')
    return async ({ result }) => {
      const fits = await fitsSchema(check, result)
      return typeof fits === 'string' ? { problem: fits } : truth(fits)
    }
  }
  const ask = overResults(check, field, await engine())
  if (typeof ask !== 'function') return ask
  return async (judged) => {
    const said = await ask(judged)
    if ('problem' in said) return said
    const { value } = said
    if (typeof value === 'boolean') return truth(value)
    if (typeof value === 'number') return { score: value }
    return { problem: 'the check came to neither true, false nor a number' }
  }
}

/** The checks of all criteria that have one, by name. */
export const readyChecks = async (
  criteria: readonly Criterion[],
  engine: () => Promise<ConditionEngine>,
): Promise<ReadonlyMap<string, Measures> | Failure> => {
  const ready = new Map<string, Measures>()
  for (const [i, { name, check }] of criteria.entries()) {
    if (check === null) continue
    const measures = await readyCheck(check, `criteria[${i}].check`, engine)
    if (typeof measures !== 'function') return measures
    ready.set(name, measures)
  }
  return ready
}
