import type { z } from 'zod'
import { quote, refuse, suggestion } from './refusal.ts'

/** One key of a section's entry: what is right, for the machine and in words ("a list of …"). */
export interface Field<S extends z.ZodType = z.ZodType> {
  readonly schema: S
  readonly expects: string
  /** The value may be a secret that was put in the wrong place, so a refusal does not repeat it. */
  readonly hidden?: true
}

export type Fields = Readonly<Record<string, Field>>

export type Checked<F extends Fields> = { readonly [K in keyof F]: z.infer<F[K]['schema']> }

/** Where a value stands: the path of its key, and the file. */
export interface Place {
  readonly path: string
  readonly file: string
}

export const at = (place: Place, key: string): Place => ({ ...place, path: `${place.path}.${key}` })

export const refuseAt = ({ path, file }: Place, problem: string) =>
  refuse(`${path} in ${file}${problem}`, { field: path })

/** The keys and values of a mapping, or a refusal that says what was expected. */
export const entriesOf = (value: unknown, place: Place, expects: string): readonly [string, unknown][] => {
  // A section whose every line is a comment.
  if (value === null) return []
  if (typeof value !== 'object' || Array.isArray(value))
    throw refuseAt(place, `: ${quote(value)} is not ${expects}.`)
  return Object.entries(value)
}

/** The values of an entry, each as its field says. Refuses unknown keys with the nearest, and wrong values with what is right. */
export const check = <F extends Fields>(value: unknown, place: Place, fields: F): Checked<F> => {
  const known = Object.keys(fields)
  const given = new Map(entriesOf(value, place, `a set of keys: ${known.join(', ')}`))
  for (const key of given.keys())
    if (!known.includes(key))
      throw refuseAt(
        at(place, key),
        ` is not known here; the keys are ${known.join(', ')}.${suggestion(key, known)}`,
      )
  const values = known.map((key) => [key, settled(given.get(key), at(place, key), fields[key] as Field)])
  return Object.fromEntries(values.filter(([, given]) => given !== undefined)) as Checked<F>
}

const settled = (given: unknown, place: Place, { schema, expects, hidden }: Field): unknown => {
  const { data, error } = schema.safeParse(given)
  if (error === undefined) return data
  if (given === undefined) throw refuseAt(place, ` is missing; it is ${expects}.`)
  const within = error.issues[0]?.path ?? []
  const path = within.reduce<string>(
    (so, step) => (typeof step === 'number' ? `${so}[${step}]` : `${so}.${String(step)}`),
    place.path,
  )
  const wrong = within.reduce<unknown>((so, step) => (so as Record<PropertyKey, unknown>)?.[step], given)
  if (wrong === undefined) throw refuseAt({ ...place, path }, ` is missing; it is ${expects}.`)
  const shown = hidden ? `what stands there (${wrong === null ? 'null' : typeof wrong})` : quote(wrong)
  throw refuseAt({ ...place, path }, `: ${shown} is not ${expects}.`)
}
