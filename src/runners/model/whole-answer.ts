import type { ModelProtocol } from '../../primitives/model/terms.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * An answer as its protocol gives it without `stream`, told as the events of a stream: some servers do not stream,
 * whatever they are asked. Undefined where it is no such answer. What is in its parts the reader of the stream checks.
 */
export function eventsOf(text: string, protocol: ModelProtocol): string | undefined {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return undefined
  }
  return isFields(answer) ? (protocol === 'openai' ? openai(answer) : anthropic(answer)) : undefined
}

/** https://platform.openai.com/docs/api-reference/chat/object */
const openai = ({ id, model, created, choices, usage }: Fields): string | undefined => {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (!isFields(choice) || !isFields(choice.message)) return undefined
  const { content, tool_calls } = choice.message
  const calls: readonly unknown[] = Array.isArray(tool_calls) ? tool_calls : []
  if (typeof content !== 'string' && calls.length === 0) return undefined
  if (!calls.every(isFields)) return undefined
  const delta = {
    role: 'assistant',
    content,
    ...(calls.length > 0 && { tool_calls: calls.map((call, index) => ({ ...call, index })) }),
  }
  return [
    { id, model, created, choices: [{ index: 0, delta, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: choice.finish_reason }], usage },
  ]
    .map((event) => `data: ${JSON.stringify(event)}\n\n`)
    .join('')
}

/** https://docs.anthropic.com/en/api/messages */
const anthropic = (message: Fields): string | undefined => {
  const { type, content, usage, stop_reason } = message
  if (type !== 'message' || !Array.isArray(content) || !content.every(isFields)) return undefined
  if (!content.every((block) => typeof block.text === 'string' || block.type === 'tool_use')) return undefined
  return [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    ...content.flatMap((block, index) => blockEvents(block, index)),
    { type: 'message_delta', delta: { stop_reason }, usage },
    { type: 'message_stop' },
  ]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')
}

const blockEvents = (block: Fields, index: number) => [
  {
    type: 'content_block_start',
    index,
    content_block: block.type === 'tool_use' ? { ...block, input: {} } : { ...block, text: '' },
  },
  {
    type: 'content_block_delta',
    index,
    delta:
      block.type === 'tool_use'
        ? { type: 'input_json_delta', partial_json: JSON.stringify(block.input ?? {}) }
        : { type: 'text_delta', text: block.text },
  },
  { type: 'content_block_stop', index },
]

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
