import { type Failure, invalid } from '../../../errors.ts'
import { type Aggregated, type Conflict, type Item, insufficient } from './aggregated.ts'
import { canonical } from './canonical.ts'

type Plain = Readonly<Record<string, unknown>>

const kindOf = (value: unknown): 'text' | 'list' | 'object' | undefined => {
  if (typeof value === 'string') return 'text'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' && value !== null ? 'object' : undefined
}

/** Texts one below the other, or lists one after the other, in the order given. */
export const concat = (items: readonly Item[]): Aggregated | Failure => {
  const n = items.length
  if (n === 0) return insufficient(0, 'there is nothing to put together')
  const kind = oneKind(items, ['text', 'list'])
  if (typeof kind !== 'string') return kind
  const values = items.map(({ value }) => value)
  return { value: kind === 'text' ? values.join('\n\n') : (values as unknown[][]).flat(), n }
}

/**
 * What all say together: distinct texts one below the other, a list of distinct entries, or one object. Where objects
 * say different things under one key, nobody is taken to be right: it is left out, and told as a conflict.
 */
export const merge = (items: readonly Item[]): Aggregated | Failure => {
  const n = items.length
  if (n === 0) return insufficient(0, 'there is nothing to merge')
  const kind = oneKind(items, ['text', 'list', 'object'])
  if (typeof kind !== 'string') return kind
  if (kind === 'text') return { value: [...new Set(items.map(({ value }) => value))].join('\n\n'), n }
  if (kind === 'list') return { value: distinct(items.flatMap(({ value }) => value as unknown[])), n }
  const conflicts: Conflict[] = []
  const value = merged(items as readonly (Item & { value: Plain })[], '', conflicts)
  return { value, n, conflicts }
}

/** The kind of all values, or a refusal that names the first of another. */
const oneKind = (items: readonly Item[], kinds: readonly string[]): string | Failure => {
  const kind = kindOf(items[0]?.value)
  const wrong = items.find(({ value }) => kindOf(value) !== kind || !kinds.includes(kind ?? ''))
  if (!wrong && kind) return kind
  const found = kindOf(wrong?.value) ?? 'neither text, list nor object'
  return invalid('field', `"${wrong?.id}" is ${found}`, `All must be of one kind: ${kinds.join(' or ')}.`)
}

const distinct = (entries: readonly unknown[]): readonly unknown[] => [
  ...new Map(entries.map((entry) => [canonical(entry), entry])).values(),
]

interface Said {
  readonly id: string
  readonly value: Plain
}

const merged = (items: readonly Said[], path: string, conflicts: Conflict[]): Plain => {
  const keys = new Set(items.flatMap(({ value }) => Object.keys(value)))
  const entries: [string, unknown][] = []
  for (const key of keys) {
    const said = items
      .filter(({ value }) => Object.hasOwn(value, key))
      .map(({ id, value }) => ({ id, value: value[key] }))
    const at = path === '' ? key : `${path}.${key}`
    if (said.every(({ value }) => kindOf(value) === 'object'))
      entries.push([key, merged(said as Said[], at, conflicts)])
    else if (new Set(said.map(({ value }) => canonical(value))).size === 1)
      entries.push([key, said[0]?.value])
    else conflicts.push({ path: at, values: said })
  }
  return Object.fromEntries(entries)
}
