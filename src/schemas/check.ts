import { setImmediate } from 'node:timers/promises'
import { Allowance } from '../boxes/allowance.ts'
import { Boxes, startWorker } from '../boxes/boxes.ts'
import { Failure } from '../errors.ts'
import { recurses } from './compiled.ts'
import { type Examined, examine, uncomparable } from './examine.ts'
import { TimeIsUp, timeBoxed } from './time-box.ts'
import { type Schema, unfit } from './unfit.ts'
import { cut } from './worded.ts'

/** ms that a check may hold up this process. Hardly any takes 1 ms; what takes longer is made anew in a box. */
const mostMsHere = 50
/** With less than this left of what all of them may, ms, none is tried here. */
const leastMsHere = 20
/** Many that are slow at once must not hold it up one after the other: what takes longer than 2 ms counts. */
const allowance = new Allowance({ ms: 100, perMs: 0.1, free: 2 })
/**
 * ms that a check may take in a box: what bounds `anyOf` in `anyOf`, `uniqueItems` over large data and memory (all
 * errors are collected), whatever the size of the value.
 */
const mostMs = 600
const mostText = 1_000

const tooSlow = `the schema cannot be checked within ${mostMs} ms: simplify it, or hand in a smaller result`
const tooLarge = 'the schema takes too much memory to check: simplify it, or hand in a smaller result'

/** What a box is asked. */
export interface Question {
  readonly schema: Schema
  readonly values: readonly unknown[]
}

const boxes = new Boxes<Question, Examined>({
  start: () => startWorker(import.meta.url, './worker.ts', 'schema-worker.js'),
  ms: mostMs,
})

/** Why a schema cannot be used as a check, or undefined when it can. Runs outside transactions. */
export const schemaProblem = async (schema: unknown): Promise<string | undefined> => {
  const problem = unfit(schema)
  if (problem !== undefined) return problem
  // A schema that recurses whatever it is given would send back every result.
  const examined = await findOut(schema as Schema, [null, {}, [], '', 0])
  if ('unusable' in examined) return examined.unusable
  return examined.said.find((said) => said === recurses) ?? undefined
}

/**
 * What in `value` does not fit these schemas, as text of at most 1,000 characters for its author to act on; null when
 * all of it fits. Always answers; the process goes on meanwhile. Runs outside transactions.
 */
export const checkAgainst = async (schemas: readonly Schema[], value: unknown): Promise<string | null> => {
  const findings: string[] = []
  for (const schema of schemas) {
    const said = await held(schema, value)
    if (said !== null) findings.push(typeof said === 'string' ? said : `schema unusable: ${said.unusable}`)
  }
  return findings.length === 0 ? null : cut(findings.join('\n'), mostText)
}

/**
 * Whether `value` fits a schema, or in words why that cannot be found out: it takes too long, say. What cannot be
 * checked has not failed. Runs outside transactions.
 */
export const fitsSchema = async (schema: Schema, value: unknown): Promise<boolean | string> => {
  const said = await held(schema, value)
  if (said === null) return true
  if (typeof said !== 'string') return said.unusable
  return said === recurses || said === uncomparable ? said : false
}

/** What does not fit, null when all does, or why that cannot be told. */
const held = async (
  schema: Schema,
  value: unknown,
): Promise<string | null | { readonly unusable: string }> => {
  // Many checks in a row let other calls through in between.
  await setImmediate()
  const problem = unfit(schema)
  if (problem !== undefined) return { unusable: problem }
  const examined = await findOut(schema, [value])
  return 'unusable' in examined ? examined : (examined.said[0] ?? null)
}

const tryHere = <T>(job: () => T): T =>
  allowance.spend(() => timeBoxed(job, Math.max(1, Math.min(mostMsHere, Math.floor(allowance.left())))))

/** Here where that is quick, as nearly always, else in a box. Fails with `busy` when too many wait for one. */
const findOut = async (schema: Schema, values: readonly unknown[]): Promise<Examined> => {
  try {
    if (allowance.left() >= leastMsHere) return await examine(schema, values, tryHere)
  } catch (error) {
    if (!(error instanceof TimeIsUp)) throw error
  }
  const boxed = await boxes.ask({ schema, values })
  if ('answer' in boxed) return boxed.answer
  if (boxed.none === 'busy')
    throw new Failure('busy', 'Too many slow schemas are waiting to be checked.', 'Call again.')
  return { unusable: boxed.none === 'timeout' ? tooSlow : tooLarge }
}
