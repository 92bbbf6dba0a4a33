import type { ModelEndpoint } from '../../primitives/model/terms.ts'
import type { Log } from '../../telemetry/log.ts'
import type { Turn } from '../port.ts'
import { type Attempts, type Patience, retrying } from './attempts.ts'
import { library, modelOf } from './library.ts'
import { type AgentTool, toolSet } from './toolbox.ts'
import { badAnswer, refused } from './trouble.ts'
import { reportedTokens, type Tokens } from './usage.ts'

/** Answers of the model in one turn, calls of tools between them. */
const mostSteps = 20

export interface Talk {
  readonly turn: Pick<Turn, 'persona' | 'prompt'>
  readonly endpoint: ModelEndpoint
  readonly key: string | undefined
  readonly fetch: typeof globalThis.fetch
  readonly tools: readonly AgentTool[]
  readonly patience: Patience
  readonly log: Pick<Log, 'warn'> | undefined
  /** A piece of what the model says, as it says it. */
  said(piece: string): void
}

/** What is known of a turn while it goes on, and still known when it fails. */
export interface Course {
  readonly attempts: Attempts
  /** Of each finished answer. */
  readonly tokens: Tokens[]
  readonly called: string[]
}

export interface Spoken {
  /** Of the last answer. */
  readonly text: string
  readonly finish_reason: string
}

/** Talks until the model has nothing more to ask its tools. Rejects with `Trouble` or the abort; never gives half an answer. */
export async function converse(talk: Talk, course: Course): Promise<Spoken> {
  const { endpoint, turn, patience } = talk
  const { stepCountIs, streamText, wrapLanguageModel } = await library()
  const { fullStream } = streamText({
    model: wrapLanguageModel({
      model: await modelOf(endpoint, talk.key, talk.fetch),
      middleware: retrying(patience, course.attempts),
    }),
    ...(turn.persona !== '' && { system: turn.persona }),
    prompt: turn.prompt,
    maxOutputTokens: endpoint.max_output_tokens,
    // Ours know what the server asks for and how much time is left.
    maxRetries: 0,
    stopWhen: stepCountIs(mostSteps),
    abortSignal: patience.signal,
    ...(talk.tools.length > 0 && { tools: await toolSet(talk.tools, patience.signal, talk.log) }),
    // Its own would print to the console; the error is in the stream as well.
    onError: () => undefined,
  })
  const known = new Set(talk.tools.map(({ name }) => name))
  let text = ''
  let finish_reason = 'other'
  for await (const part of fullStream) {
    if (part.type === 'error') throw part.error
    if (part.type === 'abort') throw patience.signal.reason
    if (part.type === 'start-step') text = ''
    if (part.type === 'text-delta') {
      text += part.text
      talk.said(part.text)
    }
    if (part.type === 'tool-call') course.called.push(known.has(part.toolName) ? part.toolName : '(unknown)')
    if (part.type === 'finish-step') {
      course.tokens.push(reportedTokens(part.usage.raw, endpoint.protocol))
      finish_reason = part.finishReason
    }
  }
  return worth({ text, finish_reason }, course)
}

const worth = (spoken: Spoken, course: Course): Spoken => {
  if (spoken.finish_reason === 'content-filter') {
    throw refused('declined to answer, or its filter did')
  }
  if (spoken.finish_reason === 'tool-calls') {
    throw badAnswer(`still asked for tools after ${course.tokens.length} answers`, { retryable: false })
  }
  if (spoken.text.trim() === '' && (course.called.length === 0 || spoken.finish_reason === 'length')) {
    throw badAnswer(
      spoken.finish_reason === 'length'
        ? 'used up max_output_tokens before it said a word'
        : 'answered with nothing',
    )
  }
  return spoken
}
