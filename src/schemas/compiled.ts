import type { Options, ValidateFunction } from 'ajv'
import { PatternRefused, patternEngine } from './pattern.ts'
import { TimeIsUp } from './time-box.ts'
import { type Draft, draftOf, metaSchemas, type Schema } from './unfit.ts'
import { cut, worded } from './worded.ts'

const mostText = 1_000

export const recurses =
  'schema recurses: it refers to itself without end, or the result is nested too deeply for it'

/** Runs a job of ours that may take long: as it is, or ended after a time (`TimeIsUp`). */
export type Run = <T>(job: () => T) => T

/** The validator of a schema, or why there is none. What `run` throws of its own is thrown. */
export const compiledFor = async (schema: Schema, run: Run): Promise<ValidateFunction | string> => {
  const text = JSON.stringify(schema)
  const known = kept.get(text)
  const compiled = known ?? (await compile(schema, run))
  if (typeof compiled === 'string') return compiled
  kept.delete(text)
  kept.set(text, compiled)
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break
    kept.delete(oldest)
  }
  return compiled
}

const mostKept = 100
/** Compiled schemas by their text, the least recently used first. */
const kept = new Map<string, ValidateFunction>()

/** Drops a validator that was ended in the middle: its regex machines may be half written. */
export const forget = (validate: ValidateFunction): void => {
  for (const [text, known] of kept) if (known === validate) kept.delete(text)
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

const compile = async (schema: Schema, run: Run): Promise<ValidateFunction | string> => {
  const parts = await loaded(draftOf(schema) as Draft)
  try {
    return run(() => {
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
    })
  } catch (error) {
    if (error instanceof TimeIsUp) throw error
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
