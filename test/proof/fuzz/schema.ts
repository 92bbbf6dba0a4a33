import type { Random } from '../../support/random.ts'
import type { Known } from './known.ts'
import { text, words } from './texts.ts'

/** A JSON schema as tools/list shows it. */
// biome-ignore lint/suspicious/noExplicitAny: schemas nest in more ways than are worth a type
export type Schema = Record<string, any>

const kinds = ['string', 'number', 'boolean', 'object', 'array', 'null']

/** How the values of one call are chosen. */
export interface Taste {
  readonly random: Random
  readonly known: Known
  /** Plain words and handles that exist, so that the call goes deep; otherwise whatever the schema lets pass. */
  readonly careful: boolean
}

/**
 * A value that the schema allows, mostly: bounds that it does not tell of may be broken. `name` is that of the field,
 * by which values of earlier answers are found.
 */
export const fitting = (taste: Taste, schema: Schema, name = '', depth = 0): unknown => {
  const { random, known, careful } = taste
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fitting(taste, random.pick(choices), name, depth)
  if ('const' in schema) return schema.const
  if (schema.enum) return random.pick(schema.enum)
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : (schema.type ?? random.pick(kinds))
  const { minimum: least = 0, maximum: most = least + 60_000 } = schema
  switch (type) {
    case 'string':
      return known.value(random, name, careful ? 0.03 : 0.3) ?? (careful ? words(random) : text(random))
    case 'integer':
      return careful
        ? sensible(random, name, Math.max(least, 1))
        : random.pick([least, most, random.int(0, 1_000)])
    case 'number':
      return random.pick([random.next(), least, schema.maximum ?? 1, careful ? 1 : 1e308])
    case 'boolean':
      return random.chance(0.5)
    case 'array':
      return list(taste, schema, name, depth)
    case 'object':
      return object(taste, schema, depth)
    default:
      return null
  }
}

/** Limits and durations that leave room for work; small numbers otherwise. */
const sensible = (random: Random, name: string, least: number): number =>
  /^max_|_ms$/.test(name) ? random.int(1_000, 100_000) : random.int(least, Math.max(least, 25))

const list = (taste: Taste, schema: Schema, name: string, depth: number): unknown[] => {
  const { random } = taste
  const count = depth > 3 ? 0 : random.int(schema.minItems ?? (taste.careful ? 1 : 0), random.pick([1, 2, 4]))
  // A list of handles is named after what it lists: task_ids holds what is a task_id elsewhere.
  const one = name.replace(/s$/, '')
  return Array.from({ length: count }, () => fitting(taste, schema.items ?? {}, one, depth + 1))
}

const object = (taste: Taste, schema: Schema, depth: number): Record<string, unknown> => {
  const { random, known, careful } = taste
  const { properties = {}, required = [], additionalProperties: more } = schema
  const found: Record<string, unknown> = {}
  for (const [name, inside] of Object.entries(properties as Record<string, Schema>)) {
    // A handle of something that is not there, or that belongs to another run, would only be refused.
    const pointless = careful && (known.lacks(name) || name === 'run_id')
    const wanted = required.includes(name) || (!pointless && random.chance(depth === 0 ? 0.35 : 0.2))
    if (wanted) found[name] = fitting(taste, inside, name, depth + 1)
  }
  if (Object.keys(properties).length > 0 || depth > 3) return found
  const inside = typeof more === 'object' ? more : {}
  for (let i = random.int(0, 2); i > 0; i--)
    define(found, careful ? words(random) : text(random), fitting(taste, inside, '', depth + 1))
  return found
}

/** Sets a key of its own, also where assigning would set the prototype. */
export const define = (target: object, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
}
