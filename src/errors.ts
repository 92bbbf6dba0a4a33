/**
 * The failure catalogue: every way in which Baton says no. A code is stable and machine-readable, the
 * message is one plain sentence, the hint is the next step. Internals (SQL, paths, stacks) never go in here.
 */
export const failureCodes = {
  not_found: { retryable: false },
  invalid_argument: { retryable: false },
  dependency_cycle: { retryable: false },
  lease_lost: { retryable: false },
  already_ended: { retryable: false },
  agent_terminated: { retryable: false },
  capability_missing: { retryable: false },
  at_capacity: { retryable: true },
  budget_exceeded: { retryable: false },
  run_ambiguous: { retryable: false },
  conflict: { retryable: false },
  forbidden: { retryable: false },
  unsupported_by_client: { retryable: false },
  busy: { retryable: true },
  internal: { retryable: false },
} as const satisfies Record<string, { retryable: boolean }>

export type FailureCode = keyof typeof failureCodes

/** What a client reads of a failure, as `structuredContent.error`. */
export interface FailureReport {
  readonly code: FailureCode
  readonly message: string
  readonly hint: string
  readonly retryable: boolean
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * A refusal from the catalogue. Deciders return it, commands and queries throw it; the call pipeline is the
 * one place that turns it into an answer.
 */
export class Failure extends Error {
  readonly code: FailureCode
  readonly hint: string
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: FailureCode, message: string, hint: string, details?: Readonly<Record<string, unknown>>) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.hint = hint
    this.details = details
  }

  report(): FailureReport {
    const { code, message, hint, details } = this
    const { retryable } = failureCodes[code]
    return details === undefined
      ? { code, message, hint, retryable }
      : { code, message, hint, retryable, details }
  }
}

export const notFound = (what: string, id: string, hint: string): Failure =>
  new Failure('not_found', `There is no ${what} "${id}".`, hint, { [what]: id })

/** A bad argument: names the field and what would be right. */
export const invalid = (field: string, problem: string, fix: string): Failure =>
  new Failure('invalid_argument', `${field}: ${problem.replace(/\.$/, '')}.`, fix, { field })
