import type { Random } from '../../support/random.ts'
import { text } from './texts.ts'
import type { Known } from './known.ts'

/** A JSON schema as tools/list shows it. */
// biome-ignore lint/suspicious/noExplicitAny: schemas nest in more ways than are worth a type
export type Schema = Record<string, any>

const kinds = ['string', 'number', 'boolean', 'object', 'array', 'null']

/**
 * A value that the schema allows, mostly: bounds that it does not tell of may be broken. `name` is that of the field,
 * by which values of earlier answers are found.
 */
export const fitting = (random: Random, schema: Schema, known: Known, name = '', depth = 0): unknown => {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fitting(random, random.pick(choices), known, name, depth)
  if ('const' in schema) return schema.const
  if (schema.enum) return random.pick(schema.enum)
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : (schema.type ?? random.pick(kinds))
  switch (type) {
    case 'string':
      return known.value(random, name) ?? text(random)
    case 'integer':
      return random.pick([random.int(0, 5), random.int(0, 1_000), schema.minimum ?? 1_000, schema.maximum ?? 60_000])
    case 'number':
      return random.pick([random.next(), random.int(0, 3), schema.minimum ?? 0, schema.maximum ?? 1])
    case 'boolean':
      return random.chance(0.5)
    case 'array':
      return list(random, schema, known, name, depth)
    case 'object':
      return object(random, schema, known, depth)
    default:
      return null
  }
}

const list = (random: Random, schema: Schema, known: Known, name: string, depth: number): unknown[] => {
  const count = depth > 3 ? 0 : random.int(schema.minItems ?? 0, random.pick([1, 2, 4]))
  // A list of handles is named after what it lists: task_ids holds what is a task_id elsewhere.
  const one = name.replace(/s$/, '')
  return Array.from({ length: count }, () => fitting(random, schema.items ?? {}, known, one, depth + 1))
}

const object = (random: Random, schema: Schema, known: Known, depth: number): Record<string, unknown> => {
  const { properties = {}, required = [], additionalProperties: more } = schema
  const found: Record<string, unknown> = {}
  for (const [name, inside] of Object.entries(properties as Record<string, Schema>)) {
    const wanted = required.includes(name) || random.chance(depth === 0 ? 0.4 : 0.25)
    if (wanted) found[name] = fitting(random, inside, known, name, depth + 1)
  }
  if (Object.keys(properties).length > 0 || depth > 3) return found
  const inside = typeof more === 'object' ? more : {}
  for (let i = random.int(0, 2); i > 0; i--)
    define(found, text(random), fitting(random, inside, known, '', depth + 1))
  return found
}

/** Sets a key of its own, also where assigning would set the prototype. */
export const define = (target: object, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
}
