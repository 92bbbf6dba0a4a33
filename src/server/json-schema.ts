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

/** Keys that describe and do not constrain. */
const told = new Set(['title', 'description', 'default', 'examples'])
const types = ['object', 'array', 'string', 'number', 'boolean', 'null']

/**
 * One type a schema: what may be of several types, or of any, says so in branches. Clients that map schemas onto a
 * dialect with a single type refuse the shorter forms, and the Inspector's strict mode complains of them.
 */
function branched(schema: JsonObject): JsonObject {
  const { type, ...rest } = schema
  const said = Object.entries(rest).filter(([key]) => told.has(key))
  const constraints = Object.fromEntries(Object.entries(rest).filter(([key]) => !told.has(key)))
  const anything = type === undefined && Object.keys(constraints).length === 0
  if (!anything && !Array.isArray(type)) return schema
  const of = (one: unknown) => ({ type: one, ...(one !== 'null' && one !== 'boolean' && constraints) })
  return { ...Object.fromEntries(said), anyOf: (anything ? types : (type as unknown[])).map(of) }
}

function slim(given: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(given)) return given.map((entry) => slim(entry, io))
  if (!isObject(given)) return given
  const value = branched(given)
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
