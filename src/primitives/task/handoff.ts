import { asText } from './fence.ts'

/** What a later step gets of an earlier one that it does not follow directly. */
export interface Handoff {
  readonly summary: string
  /** The whole of a short result; of a longer one the fields, or the lines that say most. */
  readonly key_outputs: unknown
}

const summaryRoom = 200
const least = 40

/**
 * What is kept of a result in at most `room` characters: its first 200, and its key outputs. Of a result that is too
 * long, an object keeps its fields with each cut to an equal share, and a text its most telling lines in their order.
 */
export const handoffOf = (result: unknown, room: number): Handoff => {
  const text = asText(result) ?? ''
  const summary = text.length <= summaryRoom ? text : `${text.slice(0, summaryRoom - 1)}…`
  const named = isRecord(result) && 'key_outputs' in result ? result.key_outputs : result
  return { summary, key_outputs: shortened(named, Math.max(0, room - summary.length)) }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shortened = (value: unknown, room: number): unknown => {
  const text = asText(value) ?? ''
  if (text.length <= room) return value ?? null
  if (isRecord(value)) {
    const entries = Object.entries(value).slice(0, Math.max(1, Math.floor(room / least)))
    const share = Math.max(least, Math.floor(room / entries.length)) - least / 2
    return Object.fromEntries(entries.map(([name, one]) => [name, shortened(one, share)]))
  }
  return tellingLines(typeof value === 'string' ? value : text, room)
}

/** Signs that a line states something: a figure, a name with a value, a mark of a list, a word in capitals. */
const signs = [
  /\d/,
  /[:=→]/,
  /^\s*(?:[-*•]|\d+[.)])\s/,
  /\b[A-Z]{2,}\b/,
  /\b(?:decid|must|never|because|result|key)/i,
]

const tellingLines = (text: string, room: number): string => {
  const lines = text.split(/\n+|(?<=[.!?;])\s+/).filter((line) => line.trim() !== '')
  const weighed = lines
    .map((line, at) => ({ line, at, weight: signs.filter((sign) => sign.test(line)).length }))
    .sort((a, b) => b.weight - a.weight || a.at - b.at)
  const kept: typeof weighed = []
  let left = room
  for (const one of weighed) {
    if (one.line.length + 1 > left) continue
    kept.push(one)
    left -= one.line.length + 1
  }
  if (kept.length === 0) return text.slice(0, room)
  return kept
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line)
    .join('\n')
}
