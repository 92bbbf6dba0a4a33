import { type SentRequest, send } from './request.ts'
import { badAnswer, refused } from './trouble.ts'

type Fetch = typeof globalThis.fetch

/** What a model's protocol needs; whatever else the client library would add is left out. */
const needed = new Set([
  'accept',
  'anthropic-beta',
  'anthropic-version',
  'authorization',
  'content-type',
  'x-api-key',
])
const redirects = new Set([301, 302, 303, 307, 308])
/** Of these, a client repeats a POST as it was (RFC 9110 §15.4.8–9); after the others it would become a GET. */
const keepingMethod = new Set([307, 308])
const mostHops = 3

export interface GuardOptions {
  /** The one place that requests may go to: scheme, host and port of this URL. */
  readonly baseUrl: string
  /** Largest answer, bytes. */
  readonly maxBytes?: number
  /** Told of each answer, and with undefined as each request begins. */
  readonly onStatus?: (status: number | undefined) => void
}

/**
 * A `fetch` for one endpoint. It goes nowhere but to the endpoint's own scheme, host and port, redirects included, so
 * that neither key nor prompt can be drawn elsewhere; it reads no proxy settings, and no more than `maxBytes` of an
 * answer. Rejects with `Trouble`.
 */
export function guardedFetch({
  baseUrl,
  maxBytes = 16 * 1_048_576,
  onStatus = () => undefined,
}: GuardOptions): Fetch {
  const home = new URL(baseUrl).origin
  return async (input, init = {}) => {
    onStatus(undefined)
    const request: SentRequest = {
      method: init.method ?? 'GET',
      headers: headersOf(init.headers),
      ...(typeof init.body === 'string' && { body: init.body }),
      ...(init.signal && { signal: init.signal }),
      maxBytes,
    }
    let url = new URL(input instanceof Request ? input.url : input)
    for (let hop = 0; hop <= mostHops; hop++) {
      if (url.origin !== home || url.username !== '' || url.password !== '') {
        throw refused(`redirects elsewhere than to ${home}, where alone its requests go`)
      }
      const response = await send(url, request)
      onStatus(response.status)
      if (!redirects.has(response.status)) return response
      await response.body?.cancel()
      const location = response.headers.get('location') ?? ''
      if (!URL.canParse(location, url.href)) throw badAnswer('redirects without saying where to')
      if (request.method !== 'GET' && !keepingMethod.has(response.status)) {
        throw refused(
          `redirects a ${request.method} with ${response.status}, which would lose what was asked`,
        )
      }
      url = new URL(location, url)
    }
    throw badAnswer(`redirects more than ${mostHops} times`)
  }
}

const headersOf = (given: RequestInit['headers']): Record<string, string> => {
  const kept: Record<string, string> = { 'user-agent': 'baton' }
  for (const [name, value] of new Headers(given)) {
    // An endpoint without a key gets no empty one.
    if (needed.has(name) && value !== '' && value !== 'Bearer') kept[name] = value
  }
  return kept
}
