import { absent, bounds, type CelType, type Names, type Problem, type Values } from './terms.ts'

/** Thrown where a value cannot go in or come out. */
class Unfit extends Error {}

/** How many values and characters may still go through. */
class Room {
  private values: number = bounds.values
  private characters: number = bounds.characters

  take(text = ''): void {
    this.values -= 1
    this.characters -= text.length
    if (this.values < 0 || this.characters < 0)
      throw new Unfit(`is more than ${bounds.values} values or ${bounds.characters} characters`)
  }
}

/** Values as the library takes them. They may cross into a worker: bigints and Maps can be cloned. */
export type CelValues = Record<string, unknown>

type Fit<T> = { readonly value: T } | { readonly problem: Problem }

const fitted = <T>(convert: () => T): Fit<T> => {
  try {
    return { value: convert() }
  } catch (error) {
    if (error instanceof Unfit) return { problem: { kind: 'value', message: error.message } }
    throw error
  }
}

/**
 * JSON as the library takes it: whole numbers of type int as bigint, every object as a Map, so that a key such as
 * `constructor` is a key and nothing else.
 */
export const toCel = (values: Values, names: Names): Fit<CelValues> =>
  fitted(() => fieldsToCel(values, names, '', new Room()))

const fieldsToCel = (values: Values, names: Names, path: string, room: Room): CelValues => {
  const converted: CelValues = Object.create(null)
  for (const [name, type] of Object.entries(names)) {
    const at = `${path}${name}`
    if (!Object.hasOwn(values, name) || values[name] === undefined) throw new Unfit(`${at} was not given`)
    if (values[name] === absent) continue
    converted[name] = oneToCel(values[name], type, at, room)
  }
  return converted
}

const oneToCel = (value: unknown, type: CelType, at: string, room: Room): unknown => {
  room.take(typeof value === 'string' ? value : '')
  if (type === 'dyn') return anyToCel(value, room)
  if (type === 'int') {
    if (!Number.isSafeInteger(value)) throw new Unfit(`${at} must be a whole number`)
    return BigInt(value as number)
  }
  if (typeof type === 'string') {
    const kind = type === 'double' ? 'number' : type === 'bool' ? 'boolean' : 'string'
    if (typeof value !== kind) throw new Unfit(`${at} must be a ${kind}`)
    return value
  }
  if ('list' in type) {
    if (!Array.isArray(value)) throw new Unfit(`${at} must be a list`)
    return value.map((entry, i) => oneToCel(entry, type.list, `${at}[${i}]`, room))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unfit(`${at} must be an object`)
  if ('fields' in type)
    return new Map(Object.entries(fieldsToCel(value as Values, type.fields, `${at}.`, room)))
  return new Map(
    Object.entries(value).map(([key, entry]) => {
      room.take(key)
      return [key, oneToCel(entry, type.map, `${at}.${key.slice(0, 60)}`, room)]
    }),
  )
}

const anyToCel = (value: unknown, room: Room, depth = 1): unknown => {
  room.take(typeof value === 'string' ? value : '')
  if (depth > bounds.depth) throw new Unfit(`is nested deeper than ${bounds.depth}`)
  if (Array.isArray(value)) return value.map((entry) => anyToCel(entry, room, depth + 1))
  if (typeof value === 'object' && value !== null)
    return new Map(
      Object.entries(value).map(([key, entry]) => {
        room.take(key)
        return [key, anyToCel(entry, room, depth + 1)]
      }),
    )
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value
  throw new Unfit(`holds a ${typeof value}, which is no JSON`)
}

/** What an evaluation came to, as JSON. */
export const fromCel = (value: unknown): Fit<unknown> => fitted(() => oneFromCel(value, new Room()))

const oneFromCel = (value: unknown, room: Room, depth = 1): unknown => {
  room.take(typeof value === 'string' ? value : '')
  if (depth > 2 * bounds.depth) throw new Unfit('came to something that is nested too deeply')
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Unfit(`came to ${value}, which is no number of JSON`)
    return value
  }
  if (typeof value === 'bigint') {
    if (!Number.isSafeInteger(Number(value))) throw new Unfit('came to a whole number over 2^53')
    return Number(value)
  }
  if (Array.isArray(value)) return value.map((entry) => oneFromCel(entry, room, depth + 1))
  const entries = value instanceof Map ? [...value] : isPlain(value) ? Object.entries(value) : undefined
  if (!entries) throw new Unfit('came to something that is no JSON')
  return Object.fromEntries(
    entries.map(([key, entry]) => {
      if (typeof key !== 'string') throw new Unfit('came to a map with keys that are no text')
      room.take(key)
      return [key, oneFromCel(entry, room, depth + 1)]
    }),
  )
}

const isPlain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
