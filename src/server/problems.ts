import type { z } from 'zod'
import { nearest } from '../kernel/nearest.ts'
import { brief } from './brief.ts'
import { keysAt } from './schema-keys.ts'

/** One thing wrong with one field of what a client sent. */
export interface Problem {
  readonly field: string
  readonly problem: string
}

type Path = readonly PropertyKey[]

/** `tasks[0].priority` */
const fieldName = (path: Path): string =>
  brief(
    path
      .map((step, i) => {
        if (typeof step === 'number') return `[${step}]`
        return `${i === 0 ? '' : '.'}${brief(String(step), 60)}`
      })
      .join(''),
    200,
  )

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? Reflect.get(at, step) : undefined,
    value,
  )

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const plainKinds: Readonly<Record<string, string>> = { record: 'object', int: 'a whole number' }
const structured = new Set(['array', 'object', 'record'])

const wrongType = (expected: string, value: unknown): string => {
  if (value === undefined) return 'is required'
  const kind = plainKinds[expected] ?? expected
  const advice = structured.has(expected) && typeof value === 'string' ? ': send it as JSON, not as text' : ''
  return `must be ${kind}, not ${kindOf(value)}${advice}`
}

const wrongChoice = (values: readonly unknown[], value: unknown): string => {
  if (value === undefined) return 'is required'
  const known = values.map(String)
  const guess = typeof value === 'string' && known.length > 3 ? nearest(value, known) : undefined
  const choices = known.length === 1 ? known[0] : `one of ${known.slice(0, 20).join(', ')}`
  return `must be ${choices}${guess ? `; the closest is ${guess}` : ''}`
}

/** Of a union's alternatives, the one that the value came nearest to: the one that failed deepest inside. */
function likeliest(
  errors: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const isRightKind = (issues: readonly z.core.$ZodIssue[]): boolean =>
    !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0)
  return errors.filter(isRightKind).toSorted((a, b) => a.length - b.length)[0]
}

function ofUnion(issue: z.core.$ZodIssueInvalidUnion, around: Around, path: Path): readonly Problem[] {
  const value = valueAt(around.value, path)
  if (value === undefined) return [{ field: fieldName(path), problem: 'is required' }]
  if ('options' in issue && issue.options)
    return [{ field: fieldName(path), problem: wrongChoice(issue.options, value) }]
  const inside = likeliest(issue.errors)
  if (inside) return inside.flatMap((one) => ofIssue(one, around, path))
  const expected = issue.errors.flat().map((one) => (one.code === 'invalid_type' ? one.expected : one.code))
  return [{ field: fieldName(path), problem: wrongType([...new Set(expected)].join(' or '), value) }]
}

function ofUnknownKeys(keys: readonly string[], { schema }: Around, path: Path): readonly Problem[] {
  const known = keysAt(schema, path)
  return keys.slice(0, 10).map((key) => {
    const guess = nearest(key, known)
    return {
      field: fieldName([...path, key]),
      problem: `no such argument${guess ? `; the closest is ${guess}` : known.length === 0 ? '; none is taken here' : ''}`,
    }
  })
}

interface Around {
  readonly schema: z.core.$ZodType
  readonly value: unknown
}

function ofIssue(issue: z.core.$ZodIssue, around: Around, above: Path): readonly Problem[] {
  const path = [...above, ...issue.path]
  const field = fieldName(path)
  const value = valueAt(around.value, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return ofUnknownKeys(issue.keys, around, path)
    case 'invalid_union':
      return ofUnion(issue, around, path)
    case 'invalid_type':
      return [{ field, problem: wrongType(issue.expected, value) }]
    case 'invalid_value':
      return [{ field, problem: wrongChoice(issue.values, value) }]
    default:
      return [{ field, problem: brief(issue.message, 200) }]
  }
}

const most = 20

/**
 * What is wrong, field by field, in words for a model. Never quotes a value: it may be 10 MB long. At most 20, and
 * one a field: zod goes on to measure a value that it has found to be of the wrong kind.
 *
 * @param value what was refused, to tell a missing field from a wrong one
 */
export function problemsOf(
  error: z.core.$ZodError,
  schema: z.core.$ZodType,
  value: unknown,
): readonly Problem[] {
  const all = error.issues.slice(0, most).flatMap((issue) => ofIssue(issue, { schema, value }, []))
  const isFirst = ({ field }: Problem, i: number): boolean =>
    all.findIndex((one) => one.field === field) === i
  return all.filter(isFirst).slice(0, most)
}

/** `field: problem; field: problem`, in at most 1,200 characters. */
export const inWords = (problems: readonly Problem[]): string =>
  brief(problems.map(({ field, problem }) => (field ? `${field}: ${problem}` : problem)).join('; '), 1_200)
