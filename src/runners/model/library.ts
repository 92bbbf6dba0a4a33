import type { AnthropicProvider } from '@ai-sdk/anthropic'
import type { ModelEndpoint, ModelProtocol } from '../../primitives/model/terms.ts'
import { beginning } from './beginning.ts'
import { badAnswer } from './trouble.ts'
import { eventsOf } from './whole-answer.ts'

type Fetch = typeof globalThis.fetch
type Model = ReturnType<AnthropicProvider>

/** The client library, read when the first turn needs it: it takes a tenth of a second that no start-up should pay. */
export async function library() {
  const ai = await import('ai')
  // Its warnings go to stdout, which belongs to MCP.
  globalThis.AI_SDK_LOG_WARNINGS = false
  return ai
}

/** The endpoint's model as the library calls it. The key goes into headers that `fetch` sends, and nowhere else. */
export async function modelOf(
  endpoint: ModelEndpoint,
  key: string | undefined,
  fetch: Fetch,
): Promise<Model> {
  const streaming = eventsOnly(fetch, endpoint.protocol)
  if (endpoint.protocol === 'anthropic') {
    const { createAnthropic } = await import('@ai-sdk/anthropic')
    // Without a key of its own it would take the one in ANTHROPIC_API_KEY, whatever host this is.
    return createAnthropic({
      baseURL: anthropicBase(endpoint.base_url),
      apiKey: key ?? '',
      fetch: streaming,
    })(endpoint.model)
  }
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  return createOpenAICompatible({
    name: 'endpoint',
    baseURL: endpoint.base_url,
    includeUsage: true,
    fetch: streaming,
    ...(key !== undefined && { apiKey: key }),
    ...(new URL(endpoint.base_url).hostname === 'api.openai.com' && { transformRequestBody: renamedLimit }),
  })(endpoint.model)
}

/** Anthropic's own clients take the address without the version, this library with it. Both are understood. */
export const anthropicBase = (baseUrl: string): string => {
  const base = baseUrl.replace(/\/+$/, '')
  return base.endsWith('/v1') ? base : `${base}/v1`
}

/** OpenAI's newer models refuse `max_tokens`; everyone else's servers know no other name. */
const renamedLimit = ({ max_tokens, ...rest }: Record<string, unknown>): Record<string, unknown> => ({
  ...rest,
  max_completion_tokens: max_tokens,
})

/** An answer with an error status says why in few words: what does not come soon, or goes on, is not waited for. */
const briefly = async (response: Response): Promise<Response> => {
  const { text } = await beginning(response, { maxBytes: 65_536, maxMs: 2_000 })
  return new Response(text === '' ? null : text, { status: response.status, headers: response.headers })
}

const eventsOnly =
  (fetch: Fetch, protocol: ModelProtocol): Fetch =>
  async (input, init) => {
    const response = await fetch(input, init)
    const type = (response.headers.get('content-type')?.split(';')[0]?.trim() ?? '').toLowerCase()
    if (!response.ok) return briefly(response)
    if (type === 'text/event-stream') return response
    const events = type === 'application/json' ? await wholeAnswer(response, protocol) : undefined
    if (events !== undefined) return new Response(events, { status: response.status, headers: eventStream })
    await response.body?.cancel()
    throw badAnswer(
      `answers with ${/^[\w.+-]{1,40}\/[\w.+-]{1,40}$/.test(type) ? type : 'something else'} instead of text/event-stream`,
      { http_status: response.status },
    )
  }

const eventStream = { 'content-type': 'text/event-stream' }

/** Of a server that does not stream: it has thought before it begins to answer, so the rest comes at once. */
const wholeAnswer = async (response: Response, protocol: ModelProtocol): Promise<string | undefined> => {
  const { text, whole } = await beginning(response, { maxBytes: 1_048_576, maxMs: 5_000 })
  return whole ? eventsOf(text, protocol) : undefined
}
