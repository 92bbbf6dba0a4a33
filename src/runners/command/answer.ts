import type { OutputFormat } from '../../config/runners.ts'
import type { Metrics } from '../port.ts'

/** What a program's output says: its answer, or that it failed; and what that took. */
export type Answer =
  | { readonly ok: true; readonly result: unknown; readonly cost: Cost }
  | { readonly ok: false; readonly error: string; readonly cost: Cost }

type Cost = Omit<Metrics, 'duration_ms'>
type Fields = Readonly<Record<string, unknown>>

/** Reads the answer out of everything that a program printed. */
export const answerIn = (format: OutputFormat, printed: string): Answer => readers[format](printed)

/** What a text says: the value, when the whole of it is JSON, else the text. */
const valueOrText = (text: string): unknown => {
  const json = parsed(text)
  return json === undefined ? text : json
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const numberIn = (fields: Fields, key: string): number => {
  const value = fields[key]
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0
}

const tokens = (input: number, output: number): Cost =>
  input + output === 0 ? {} : { tokens: input + output, input_tokens: input, output_tokens: output }

const noAnswer = (program: string): Answer => ({
  ok: false,
  error: `it did not print the JSON of ${program}`,
  cost: {},
})

/** One object with `result`, `is_error`, `total_cost_usd` and `usage`; with --verbose, the last of a list. */
const claude = (printed: string): Answer => {
  const value = parsed(printed)
  const said = fieldsOf(Array.isArray(value) ? value.at(-1) : value)
  if (said.type !== 'result') return noAnswer('claude')
  const usage = fieldsOf(said.usage)
  const input =
    numberIn(usage, 'input_tokens') +
    numberIn(usage, 'cache_creation_input_tokens') +
    numberIn(usage, 'cache_read_input_tokens')
  const cost = {
    ...tokens(input, numberIn(usage, 'output_tokens')),
    ...(typeof said.total_cost_usd === 'number' && { cost_usd: said.total_cost_usd }),
  }
  if (said.is_error === true || typeof said.result !== 'string')
    return { ok: false, error: `it reports ${said.subtype}: ${said.result ?? 'no result'}`, cost }
  return { ok: true, result: valueOrText(said.result), cost }
}

/** An event a line; the answer is the last `agent_message`, `turn.completed` holds the tokens. */
const codex = (printed: string): Answer => {
  const events = printed.split('\n').map((line) => fieldsOf(parsed(line)))
  let input = 0
  let output = 0
  let result: string | undefined
  let failure: string | undefined
  for (const { type, item, usage, error } of events) {
    const { type: kind, text } = fieldsOf(item)
    if (type === 'item.completed' && kind === 'agent_message' && typeof text === 'string') result = text
    if (type === 'turn.failed') failure = String(fieldsOf(error).message ?? 'no reason')
    if (type !== 'turn.completed') continue
    input += numberIn(fieldsOf(usage), 'input_tokens')
    output += numberIn(fieldsOf(usage), 'output_tokens')
  }
  const cost = tokens(input, output)
  if (failure !== undefined) return { ok: false, error: `it reports a failed turn: ${failure}`, cost }
  return result === undefined ? noAnswer('codex') : { ok: true, result: valueOrText(result), cost }
}

/** One object with `response`, `stats.models.*.tokens` and, when it failed, `error`. */
const gemini = (printed: string): Answer => {
  const said = fieldsOf(parsed(printed))
  let input = 0
  let output = 0
  for (const model of Object.values(fieldsOf(fieldsOf(said.stats).models))) {
    const used = fieldsOf(fieldsOf(model).tokens)
    input += numberIn(used, 'prompt')
    output += numberIn(used, 'candidates') + numberIn(used, 'thoughts')
  }
  const cost = tokens(input, output)
  if (said.error !== undefined && said.error !== null)
    return { ok: false, error: `it reports: ${fieldsOf(said.error).message ?? 'no reason'}`, cost }
  if (typeof said.response !== 'string') return noAnswer('gemini')
  return { ok: true, result: valueOrText(said.response), cost }
}

const readers: Readonly<Record<OutputFormat, (printed: string) => Answer>> = {
  plain: (printed) => ({ ok: true, result: valueOrText(printed.trim()), cost: {} }),
  claude,
  codex,
  gemini,
}
