import type { ModelEndpoint } from '../../primitives/model/terms.ts'
import { redact } from '../redact.ts'
import { diagnosis } from './diagnosis.ts'
import { guardedFetch } from './guard.ts'
import { anthropicBase } from './library.ts'
import { timeLimit } from './time-limit.ts'

export interface Probe {
  readonly ok: boolean
  readonly status?: number
  /** One sentence, where it is not ok. */
  readonly problem?: string
  /** Ids of the models it offers, at most 200. */
  readonly models?: readonly string[]
}

export interface ProbeOptions {
  readonly signal?: AbortSignal
  readonly key?: string
  /** Default 5 s. */
  readonly timeoutMs?: number
}

/** Whether an endpoint is there and lets us in: asks for its list of models, which costs no tokens. Never rejects. */
export async function probe(
  endpoint: Pick<ModelEndpoint, 'name' | 'protocol' | 'base_url' | 'api_key_env'>,
  { signal, key, timeoutMs = 5_000 }: ProbeOptions = {},
): Promise<Probe> {
  const limit = timeLimit(timeoutMs, signal)
  const sentence = (problem: string) => `Model endpoint "${endpoint.name}" ${problem}.`
  const secrets = key === undefined ? [] : [key]
  let answered: number | undefined
  try {
    const fetch = guardedFetch({ baseUrl: endpoint.base_url, maxBytes: 4 * 1_048_576 })
    const response = await fetch(listOf(endpoint), {
      headers: headersOf(endpoint.protocol, key),
      signal: limit.signal,
    })
    const { status } = response
    answered = status
    if (!response.ok) {
      await response.body?.cancel()
      return { ok: false, status, problem: sentence(complaint(status, endpoint.api_key_env)) }
    }
    const models = idsIn(await response.json())
    return models
      ? { ok: true, status, models: redact(models, secrets) }
      : { ok: false, status, problem: sentence('answers, but not with a list of models: is base_url right?') }
  } catch (error) {
    const problem = signal?.aborted
      ? 'was not waited for'
      : limit.over
        ? `did not answer within ${timeoutMs} ms`
        : diagnosis(error, { now: 0, keyEnv: endpoint.api_key_env, status: undefined, secrets }).problem
    const seen = answered === undefined ? {} : { status: answered }
    return { ok: false, ...seen, problem: redact(sentence(problem), secrets) }
  } finally {
    limit.end()
  }
}

const listOf = ({ protocol, base_url }: Pick<ModelEndpoint, 'protocol' | 'base_url'>): string =>
  `${protocol === 'anthropic' ? anthropicBase(base_url) : base_url.replace(/\/+$/, '')}/models`

const headersOf = (protocol: ModelEndpoint['protocol'], key: string | undefined): Record<string, string> => {
  if (protocol === 'anthropic') return { 'anthropic-version': '2023-06-01', 'x-api-key': key ?? '' }
  return key === undefined ? {} : { authorization: `Bearer ${key}` }
}

const complaint = (status: number, keyEnv: string | null): string => {
  if (status === 401 || status === 403) {
    return `answers ${status}: ${keyEnv === null ? 'it wants a key (api_key_env)' : `it does not take the key in ${keyEnv}`}`
  }
  return status === 404 ? 'answers 404 to a request for its models: is base_url right?' : `answers ${status}`
}

const idsIn = (answer: unknown): readonly string[] | undefined => {
  const data = (answer as { data?: unknown } | undefined)?.data
  if (!Array.isArray(data)) return undefined
  return data
    .map((model: unknown) => (model as { id?: unknown } | null)?.id)
    .filter((id) => typeof id === 'string')
    .slice(0, 200)
}
