/** A finished piece of an answer, before it takes the form of a protocol. */
export interface Answer {
  readonly pieces: readonly string[]
  readonly calls: readonly { readonly tool: string; readonly args: string }[]
  readonly usage: { readonly input: number; readonly output: number } | null
  readonly finish: 'stop' | 'cut' | 'filtered'
  /** Of the answer, instead of a number of our own. */
  readonly id?: string
}

/** How one protocol writes answers and errors. */
export interface Wire {
  /** The events of a stream in order, each with the text that it brings (for a stream that breaks). */
  events(answer: Answer, model: string): readonly string[]
  /** The answer to a request without `stream`. */
  whole(answer: Answer, model: string): object
  error(status: number, message: string): object
  errorEvent(type: string, message: string): string
}

let served = 0
const nextId = (prefix: string): string => `${prefix}_${++served}`

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`

/** OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat-streaming */
export const openai: Wire = {
  events: ({ pieces, calls, usage, finish, id }, model) => {
    const head = {
      id: id ?? nextId('chatcmpl'),
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model,
    }
    const chunk = (delta: object, finish_reason: string | null = null) =>
      data({ ...head, choices: [{ index: 0, delta, finish_reason }] })
    return [
      chunk({ role: 'assistant', content: '' }),
      ...pieces.map((content) => chunk({ content })),
      ...calls.flatMap(({ tool, args }, index) => [
        chunk({
          tool_calls: [
            { index, id: nextId('call'), type: 'function', function: { name: tool, arguments: '' } },
          ],
        }),
        ...halves(args).map((half) => chunk({ tool_calls: [{ index, function: { arguments: half } }] })),
      ]),
      chunk({}, openaiFinish(calls.length, finish)),
      ...(usage ? [data({ ...head, choices: [], usage: openaiUsage(usage) })] : []),
      'data: [DONE]\n\n',
    ]
  },
  whole: ({ pieces, calls, usage, finish }, model) => ({
    id: nextId('chatcmpl'),
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: pieces.join(''),
          ...(calls.length > 0 && {
            tool_calls: calls.map(({ tool, args }) => ({
              id: nextId('call'),
              type: 'function',
              function: { name: tool, arguments: args },
            })),
          }),
        },
        finish_reason: openaiFinish(calls.length, finish),
      },
    ],
    ...(usage && { usage: openaiUsage(usage) }),
  }),
  error: (status, message) => ({ error: { message, type: 'error', param: null, code: String(status) } }),
  errorEvent: (type, message) => data({ error: { message, type, code: null } }),
}

const openaiFinish = (calls: number, finish: Answer['finish']): string =>
  calls > 0 ? 'tool_calls' : { stop: 'stop', cut: 'length', filtered: 'content_filter' }[finish]

const openaiUsage = ({ input, output }: { input: number; output: number }) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})

/** Anthropic's messages: https://docs.anthropic.com/en/api/messages-streaming */
export const anthropic: Wire = {
  events: ({ pieces, calls, usage, finish, id }, model) => {
    const event = (type: string, rest: object = {}) => `event: ${type}\n${data({ type, ...rest })}`
    const block = (index: number, content_block: object, deltas: readonly object[]) => [
      event('content_block_start', { index, content_block }),
      ...deltas.map((delta) => event('content_block_delta', { index, delta })),
      event('content_block_stop', { index }),
    ]
    const text = pieces.length > 0 ? 1 : 0
    return [
      event('message_start', {
        message: {
          id: id ?? nextId('msg'),
          type: 'message',
          role: 'assistant',
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: usage?.input ?? 0, output_tokens: 1 },
        },
      }),
      event('ping'),
      ...(text
        ? block(
            0,
            { type: 'text', text: '' },
            pieces.map((piece) => ({ type: 'text_delta', text: piece })),
          )
        : []),
      ...calls.flatMap(({ tool, args }, index) =>
        block(
          index + text,
          { type: 'tool_use', id: nextId('toolu'), name: tool, input: {} },
          halves(args).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
        ),
      ),
      event('message_delta', {
        delta: { stop_reason: anthropicStop(calls.length, finish), stop_sequence: null },
        usage: { output_tokens: usage?.output ?? 0 },
      }),
      event('message_stop'),
    ]
  },
  whole: ({ pieces, calls, usage, finish }, model) => ({
    id: nextId('msg'),
    type: 'message',
    role: 'assistant',
    model,
    content: [
      ...(pieces.length > 0 ? [{ type: 'text', text: pieces.join('') }] : []),
      ...calls.map(({ tool, args }) => ({
        type: 'tool_use',
        id: nextId('toolu'),
        name: tool,
        input: JSON.parse(args) as unknown,
      })),
    ],
    stop_reason: anthropicStop(calls.length, finish),
    stop_sequence: null,
    usage: { input_tokens: usage?.input ?? 0, output_tokens: usage?.output ?? 0 },
  }),
  error: (status, message) => ({
    type: 'error',
    error: { type: anthropicErrors[status] ?? 'api_error', message },
  }),
  errorEvent: (type, message) => `event: error\n${data({ type: 'error', error: { type, message } })}`,
}

const anthropicErrors: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

const anthropicStop = (calls: number, finish: Answer['finish']): string =>
  calls > 0 ? 'tool_use' : { stop: 'end_turn', cut: 'max_tokens', filtered: 'refusal' }[finish]

const halves = (text: string): readonly string[] => {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '')
}
