import type { ValidateFunction } from 'ajv'
import { compiledFor, forget, type Run, recurses } from './compiled.ts'
import { TimeIsUp } from './time-box.ts'
import type { Schema } from './unfit.ts'
import { worded } from './worded.ts'

export const uncomparable = 'the result cannot be compared: rename valueOf or toString in it'

/** What came of holding values against a schema: for each what does not fit (null: all fits), or why it cannot be used. */
export type Examined = { readonly said: readonly (string | null)[] } | { readonly unusable: string }

/** Holds values against a schema that is not `unfit`. What `run` throws of its own (`TimeIsUp`) is thrown. */
export const examine = async (schema: Schema, values: readonly unknown[], run: Run): Promise<Examined> => {
  const compiled = await compiledFor(schema, run)
  if (typeof compiled === 'string') return { unusable: compiled }
  try {
    return { said: run(() => values.map((value) => outcome(compiled, value))) }
  } catch (error) {
    if (error instanceof TimeIsUp) forget(compiled)
    throw error
  }
}

const outcome = (validate: ValidateFunction, value: unknown): string | null => {
  try {
    return validate(value) ? null : worded(validate.errors ?? [])
  } catch (error) {
    // ajv compares by an object's own valueOf and toString, which a result may have as mere data.
    return error instanceof RangeError ? recurses : uncomparable
  } finally {
    validate.errors = null
  }
}
