import { setImmediate } from 'node:timers/promises'
import type { ErrorObject, Options, ValidateFunction } from 'ajv'
import { TimeIsUp, timeBoxed } from './time-box.ts'
import { PatternRefused, patternEngine } from './user-pattern.ts'

type Schema = object | boolean
type Draft = '2020-12' | 'draft-07'

const metaSchemas: Readonly<Record<Draft, string>> = {
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema',
}

const mostBytes = 16 * 1024
/** Objects and arrays in a schema. */
const mostNodes = 500
const deepest = 32
/**
 * ms that one compilation or one check may take: what bounds `anyOf` in `anyOf`, `uniqueItems` over large data
 * and memory (all errors are collected; at most about 100 MB of them in that time), whatever the size of the value.
 */
const mostMs = 600
const mostText = 1_000
const mostFindings = 12

const recurses = 'schema recurses: it refers to itself without end, or the result is nested too deeply for it'
const uncomparable = 'the result cannot be compared: rename valueOf or toString in it'
const tooSlow = `the schema cannot be checked within ${mostMs} ms: simplify it, or hand in a smaller result`

/** Why a schema cannot be used as a check, or undefined when it can. Runs outside transactions. */
export const schemaProblem = async (schema: unknown): Promise<string | undefined> => {
  const problem = unfit(schema)
  if (problem !== undefined) return problem
  const compiled = await compiledFor(schema as Schema)
  if (typeof compiled === 'string') return compiled
  // A schema that recurses whatever it is given would send back every result.
  for (const probe of [null, {}, [], '', 0]) {
    const said = outcome(compiled, probe)
    if (said === recurses || said === tooSlow) return said
  }
  return undefined
}

/**
 * What in `value` does not fit these schemas, as text of at most 1,000 characters for its author to act on; null
 * when all of it fits. Always answers, within 600 ms a schema. Runs outside transactions.
 */
export const checkAgainst = async (schemas: readonly Schema[], value: unknown): Promise<string | null> => {
  const findings: string[] = []
  for (const schema of schemas) {
    // Many slow checks in a row let other calls through in between.
    await setImmediate()
    const compiled = unfit(schema) ?? (await compiledFor(schema))
    const said = typeof compiled === 'string' ? `schema unusable: ${compiled}` : outcome(compiled, value)
    if (said !== null) findings.push(said)
  }
  return findings.length === 0 ? null : cut(findings.join('\n'), mostText)
}

/**
 * Whether `value` fits a schema, or in words why that cannot be found out: it takes too long, say. What cannot be
 * checked has not failed. Runs outside transactions.
 */
export const fitsSchema = async (schema: Schema, value: unknown): Promise<boolean | string> => {
  await setImmediate()
  const compiled = unfit(schema) ?? (await compiledFor(schema))
  if (typeof compiled === 'string') return compiled
  const said = outcome(compiled, value)
  if (said === null) return true
  return said === recurses || said === tooSlow || said === uncomparable ? said : false
}

const outcome = (validate: ValidateFunction, value: unknown): string | null => {
  try {
    return timeBoxed(() => validate(value), mostMs) ? null : worded(validate.errors ?? [])
  } catch (error) {
    if (error instanceof RangeError) return recurses
    // ajv compares by an object's own valueOf and toString, which a result may have as mere data.
    if (!(error instanceof TimeIsUp)) return uncomparable
    // Ended in the middle, its regex machines may be half written.
    forget(validate)
    return tooSlow
  } finally {
    validate.errors = null
  }
}

const worded = (errors: readonly ErrorObject[]): string => {
  const shown = errors.slice(0, mostFindings).map((error) => {
    const { instancePath, message, params } = error
    const named = params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName
    const wanted = params.allowedValues ?? params.allowedValue
    const detail = named ?? wanted
    const tail = detail === undefined ? '' : ` (${cut(JSON.stringify(detail), 120)})`
    return `result${cut(instancePath, 120)} ${message ?? 'does not fit'}${tail}`
  })
  const more = errors.length - shown.length
  return [...new Set(shown), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`

/** What makes a schema unfit before it is compiled: its kind, its size, its draft. */
const unfit = (schema: unknown): string | undefined => {
  if (typeof schema === 'boolean') return undefined
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return 'a schema is an object, true or false'
  const size = oversize(schema)
  if (size !== undefined) return size
  if (draftOf(schema) === undefined)
    return `$schema must be ${metaSchemas['2020-12']} (the default) or ${metaSchemas['draft-07']}#`
  return '$async' in schema ? '$async schemas are not supported' : undefined
}

const oversize = (schema: object): string | undefined => {
  const open: { readonly node: object; readonly depth: number }[] = [{ node: schema, depth: 1 }]
  let nodes = 0
  // Measured before JSON.stringify, which a nesting of thousands would overflow.
  for (let at = open.pop(); at; at = open.pop()) {
    if (++nodes > mostNodes) return `a schema may have at most ${mostNodes} objects and lists`
    if (at.depth > deepest) return `a schema may be nested at most ${deepest} deep`
    for (const child of Object.values(at.node)) {
      if (typeof child === 'object' && child !== null) open.push({ node: child, depth: at.depth + 1 })
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(schema))
  return bytes > mostBytes ? `a schema may have at most ${mostBytes} bytes; this one has ${bytes}` : undefined
}

const draftOf = (schema: Schema): Draft | undefined => {
  if (typeof schema === 'boolean' || !('$schema' in schema)) return '2020-12'
  if (typeof schema.$schema !== 'string') return undefined
  const named = schema.$schema.replace(/^https?:/, '').replace(/#$/, '')
  const drafts: readonly Draft[] = ['2020-12', 'draft-07']
  return drafts.find((draft) => metaSchemas[draft].replace(/^https?:/, '') === named)
}

const mostKept = 100
/** Compiled schemas by their text, the least recently used first. */
const kept = new Map<string, ValidateFunction>()

const forget = (validate: ValidateFunction): void => {
  for (const [text, known] of kept) if (known === validate) kept.delete(text)
}

/** The validator of a schema, or why there is none. */
const compiledFor = async (schema: Schema): Promise<ValidateFunction | string> => {
  const text = JSON.stringify(schema)
  const known = kept.get(text)
  const compiled = known ?? (await compile(schema))
  if (typeof compiled === 'string') return compiled
  kept.delete(text)
  kept.set(text, compiled)
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break
    kept.delete(oldest)
  }
  return compiled
}

const options: Options = {
  strict: false,
  allErrors: true,
  validateFormats: false,
  // `constructor` and the like are properties only where the result has them itself.
  ownProperties: true,
  // Copying a schema to each place that refers to it would let 16 KiB become megabytes of code.
  inlineRefs: false,
  logger: false,
}

const compile = async (schema: Schema): Promise<ValidateFunction | string> => {
  const parts = await loaded(draftOf(schema) as Draft)
  try {
    return timeBoxed(() => {
      if (!parts.meta(schema))
        return `not a valid schema: ${worded(parts.meta.errors ?? []).replaceAll('result', 'schema')}`
      // An instance of its own: schemas with the same $id, or references from one to another, never meet.
      const ajv = new parts.Ajv({
        ...options,
        meta: false,
        validateSchema: false,
        code: { regExp: patternEngine(parts.RE2JS) },
      })
      return ajv.compile(schema)
    }, mostMs)
  } catch (error) {
    if (error instanceof TimeIsUp) return tooSlow
    if (error instanceof RangeError) return recurses
    if (error instanceof PatternRefused) return error.message
    // A reference is resolved within the schema alone: nothing is ever fetched.
    return cut((error as Error).message, mostText)
  }
}

/** Loaded with the first schema: about 60 ms that a start does not pay. */
const loaded = async (draft: Draft) => {
  const [of2020, of07, { RE2JS }] = await Promise.all([
    import('ajv/dist/2020.js'),
    import('ajv'),
    import('re2js'),
  ])
  // By way of `default`: it is all that the bundler keeps of a CommonJS module.
  const Ajv = draft === '2020-12' ? of2020.default.Ajv2020 : of07.default.Ajv
  metas[draft] ??= new Ajv(options).getSchema(metaSchemas[draft]) as ValidateFunction
  return { Ajv, RE2JS, meta: metas[draft] }
}
const metas: Partial<Record<Draft, ValidateFunction>> = {}
