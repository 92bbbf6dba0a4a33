import { inspect } from 'node:util'
import { Failure, type FailureReport } from '../errors.ts'
import { brief, briefly } from './brief.ts'

/** Something else than a refusal was thrown: what it was is for the log, the client gets the id to find it by. */
const unexpected = (correlation: string): Failure =>
  new Failure(
    'internal',
    'An internal error stopped this request.',
    `The server's log (stderr) tells why, under ${correlation}. Look at what is stored before you try again.`,
  )

/** What a client reads of anything that was thrown: bounded in size, and nothing but what the catalogue knows. */
export function reportOf(thrown: unknown, correlation: string): FailureReport {
  const failure = thrown instanceof Failure ? thrown : unexpected(correlation)
  const { code, message, hint, retryable, details } = failure.report()
  const found = code === 'internal' ? { ...details, correlation } : details
  const report = { code, message: brief(message, 1_500), hint: brief(hint, 1_000), retryable }
  return found === undefined ? report : { ...report, details: briefly(found) as Record<string, unknown> }
}

/** What was thrown as the log can write it, whatever it is: a getter that throws must not stop the answer. */
export const causeOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(`thrown, but no error: ${brief(inspect(thrown), 500)}`)
