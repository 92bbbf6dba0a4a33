import { redact } from '../redact.ts'
import { retryAfter } from './retry-after.ts'
import { badAnswer, refused, Trouble, type TroubleTold } from './trouble.ts'

/** How the client library tells of an answer with an error status (its `APICallError`). */
interface CallError {
  readonly message: string
  readonly statusCode?: number
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly responseBody?: string
  readonly data?: unknown
}

export interface Circumstances {
  readonly now: number
  /** Name of the variable that holds the endpoint's key. */
  readonly keyEnv: string | null
  /** That the endpoint last answered with. The library gives an error inside a stream a status of its own. */
  readonly status: number | undefined
  /** Taken out of what the other side says before that is shortened: half a secret would not be found any more. */
  readonly secrets: readonly string[]
}

/** What an error that a request ended with means. Knows nothing of aborts: whoever aborted knows that. */
export function diagnosis(error: unknown, circumstances: Circumstances): TroubleTold {
  const chain = causes(error)
  const ours = chain.find((cause) => cause instanceof Trouble)
  if (ours) return ours.told
  const call = chain.find(isCallError)
  const status = circumstances.status ?? call?.statusCode
  const code = chain.map(codeOf).find((each) => each !== undefined)
  if (code !== undefined && (status === undefined || status < 400)) return network(code, status)
  if (call && status !== undefined && status >= 400) return byStatus(call, status, circumstances)
  if (chain.some(withoutEnd)) return brokenOff(status)
  const reported = reportedIn(call ? bodyOf(call) : error)
  if (reported) return byReport(reported, circumstances)
  return badAnswer('does not answer in its protocol').told
}

/** Nobody is there: whoever else has the model should be asked, rather than the same again. */
const absent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])

const network = (code: string, status: number | undefined): TroubleTold => {
  if (status !== undefined) return brokenOff(status)
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return unreachable(`has a certificate that cannot be trusted (${code})`, {
      retryable: false,
      again: false,
    })
  }
  if (code.startsWith('HPE_')) return badAnswer(`does not speak HTTP (${code})`).told
  if (code.startsWith('ERR_INVALID_')) {
    return refused('has a key or address that no request can hold: it may have a line break in it').told
  }
  return unreachable(`cannot be reached (${code})`, { again: !absent.has(code) })
}

const unreachable = (problem: string, more: Partial<TroubleTold>): TroubleTold => ({
  fault: 'unreachable',
  problem,
  retryable: true,
  again: true,
  ...more,
})

/** A stream that ended before it said that it was done. */
export const brokenOff = (status?: number): TroubleTold =>
  badAnswer('broke off in the middle of its answer', {
    again: true,
    ...(status !== undefined && { http_status: status }),
  }).told

const byStatus = (call: CallError, status: number, { now, keyEnv, secrets }: Circumstances): TroubleTold => {
  const wait = retryAfter((name) => call.responseHeaders?.[name], now)
  const more = { http_status: status, ...(wait !== undefined && { retry_after_ms: wait }) }
  const problem = `answers ${status}${saying(call.data !== undefined ? call.message : undefined, secrets)}`
  if (status === 401 || status === 403) {
    const key = keyEnv === null ? 'it was called without a key' : `its key is taken from ${keyEnv}`
    return refused(`${problem}; ${key}`, more).told
  }
  if (status === 429 || status === 529) {
    return { fault: 'rate_limited', problem, retryable: true, again: true, ...more }
  }
  if (status >= 500) return unreachable(problem, more)
  if (status === 408 || status === 409 || status === 425) return unreachable(problem, more)
  return refused(status === 404 ? `${problem} (is base_url or model right?)` : problem, more).told
}

interface Report {
  readonly type?: unknown
  readonly code?: unknown
  readonly message?: unknown
}

/** An error told inside a stream, after status 200. */
const byReport = ({ type, code, message }: Report, { secrets }: Circumstances): TroubleTold => {
  const told = saying(message, secrets)
  const kind = `${typeof type === 'string' ? type : ''} ${typeof code === 'string' || typeof code === 'number' ? code : ''}`
  if (/overloaded|rate_limit|\b(429|529)\b/.test(kind)) {
    return { fault: 'rate_limited', problem: `is overloaded${told}`, retryable: true, again: true }
  }
  if (/authentication|permission|\b(401|403)\b/.test(kind)) return refused(`refuses${told}`).told
  return badAnswer(`reports an error instead of an answer${told}`, {
    again: /api_error|server_error|\b5\d\d\b/.test(kind),
  }).told
}

const reportedIn = (error: unknown): Report | undefined =>
  typeof error === 'object' &&
  error !== null &&
  !(error instanceof Error) &&
  'message' in error &&
  !('name' in error)
    ? error
    : undefined

const bodyOf = ({ responseBody }: CallError): unknown => {
  try {
    return JSON.parse(responseBody ?? '')
  } catch {
    return undefined
  }
}

/** How the library tells of a stream that ended before it said that it was done. */
const withoutEnd = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === 'AI_InvalidResponseDataError' &&
  (error as { data?: unknown }).data === undefined

/** What the other side says, as a quotation that stays on one line. */
const saying = (text: unknown, secrets: readonly string[]): string => {
  if (typeof text !== 'string') return ''
  const line = redact(text, secrets)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  if (line === '') return ''
  return `: “${line.length > 200 ? `${line.slice(0, 200)}…` : line}”`
}

const causes = (error: unknown): readonly unknown[] => {
  const chain: unknown[] = []
  for (let cause = error; cause !== undefined && cause !== null && chain.length < 8; ) {
    chain.push(cause)
    cause = (cause as { cause?: unknown }).cause
  }
  return chain
}

const isCallError = (error: unknown): error is CallError =>
  error instanceof Error && (error as { name?: unknown }).name === 'AI_APICallError'

const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : undefined
}
