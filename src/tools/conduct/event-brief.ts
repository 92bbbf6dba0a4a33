import { excerpt } from '../../primitives/task/excerpt.ts'

/** What is worth telling of an event's data in one line, in this order. */
const telling = [
  'title',
  'goal',
  'question',
  'ballot',
  'decision',
  'answer',
  'lesson',
  'name',
  'label',
  'by',
  'attempt',
  'status',
  'outcome',
  'percent',
  'note',
  'error',
  'findings',
  'why',
  'reason',
  'agent',
  'from',
  'to',
  'strategy',
  'paused',
  'session',
  'checkpoint',
  'retry_at',
] as const

const mostField = 80
const mostLine = 200

const oneLine = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.slice(0, 4 * mostField).replace(/\s+/g, ' ')
  return line.length <= mostField ? line : `${line.slice(0, mostField - 1)}…`
}

/** An event's data in one line. */
export const eventBrief = (data: object): string => {
  const fields = data as Readonly<Record<string, unknown>>
  const parts = telling
    .filter((name) => fields[name] !== undefined && fields[name] !== null)
    .map((name) =>
      name === 'retry_at' ? `retry_at ${moment(fields[name])}` : `${name} ${oneLine(fields[name])}`,
    )
  return parts.join(', ').slice(0, mostLine)
}

const moment = (value: unknown): string =>
  typeof value === 'number' ? new Date(value).toISOString() : String(value)

const mostText = 1_500

/** An event's data with long fields cut to 1,500 characters, and whether any was. */
export const eventData = (
  data: object,
): { readonly data: Record<string, unknown>; readonly more: boolean } => {
  let more = false
  const entries = Object.entries(data).map(([name, value]) => {
    const part = excerpt(value, mostText)
    if (part.next !== undefined) more = true
    return [name, part.result] as const
  })
  return { data: Object.fromEntries(entries), more }
}
