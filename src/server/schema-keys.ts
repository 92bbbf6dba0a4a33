import type { z } from 'zod'

type Def = z.core.$ZodTypeDef & {
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly getter?: () => z.core.$ZodType
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
}

/** The schemas that stand behind wrappers such as optional, default or a union. */
function unwrapped(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { innerType, in: input, getter, options } = schema._zod.def as Def
  const inside = innerType ?? input ?? getter?.()
  if (inside) return unwrapped(inside)
  return options ? options.flatMap(unwrapped) : [schema]
}

/** The names that a schema accepts at a place, of all alternatives there; none where it is no object. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [step, ...rest] = path
  const keys = unwrapped(schema).flatMap((one): readonly string[] => {
    const { shape, element, valueType } = one._zod.def as Def
    if (step === undefined) return Object.keys(shape ?? {})
    const own = shape && Object.hasOwn(shape, step) ? shape[String(step)] : undefined
    const next = own ?? element ?? valueType
    return next ? keysAt(next, rest) : []
  })
  return [...new Set(keys)]
}

/** `run_id?, task`: what an object takes, a question mark where it may be left out. */
export const signature = (schema: z.ZodObject): string =>
  Object.entries(schema.shape)
    .map(([name, field]) => (field._zod.optin === undefined ? name : `${name}?`))
    .join(', ')
