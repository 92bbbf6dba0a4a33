import { z } from 'zod'

export type JsonObject = Record<string, unknown>

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keys under which names stand instead of keywords. */
const named = new Set(['properties', '$defs', 'patternProperties'])
/** Keys whose value is data. */
const literal = new Set(['default', 'const', 'enum', 'examples', 'required'])

/** Whether a keyword says nothing that a model or a validator needs. */
function isNoise(key: string, value: unknown, schema: JsonObject, io: 'input' | 'output'): boolean {
  switch (key) {
    case '$schema':
      return true
    case 'minimum':
      return value === Number.MIN_SAFE_INTEGER
    case 'maximum':
      return value === Number.MAX_SAFE_INTEGER
    case 'minItems':
    case 'maxItems':
      // Checked all the same; whoever breaks one is told.
      return io === 'input'
    case 'pattern':
      // Zod writes out the whole grammar of a date beside its format.
      return schema.format !== undefined
    case 'propertyNames':
      return isObject(value) && Object.keys(value).length === 1 && value.type === 'string'
    case 'additionalProperties':
      // A closed output would make clients refuse a later version that answers more.
      return (io === 'output' && value === false) || (isObject(value) && Object.keys(value).length === 0)
    default:
      return false
  }
}

function slim(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) return value.map((entry) => slim(entry, io))
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key, entry]) => !isNoise(key, entry, value, io))
  return Object.fromEntries(
    kept.map(([key, entry]) => {
      if (literal.has(key)) return [key, entry]
      if (!named.has(key) || !isObject(entry)) return [key, slim(entry, io)]
      return [key, Object.fromEntries(Object.entries(entry).map(([name, sub]) => [name, slim(sub, io)]))]
    }),
  )
}

/**
 * The JSON Schema of a zod object, in as few tokens as it takes: every model reads it on every start. It means
 * the same in draft-07 and in 2020-12, which clients mix.
 */
export const jsonSchema = (schema: z.ZodObject, io: 'input' | 'output'): JsonObject =>
  slim(z.toJSONSchema(schema, { io }), io) as JsonObject
