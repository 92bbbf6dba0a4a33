export type Schema = object | boolean
export type Draft = '2020-12' | 'draft-07'

export const metaSchemas: Readonly<Record<Draft, string>> = {
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema',
}

const mostBytes = 16 * 1024
/** Objects and arrays in a schema. */
const mostNodes = 500
const deepest = 32

/** What makes a schema unfit before it is compiled: its kind, its size, its draft. */
export const unfit = (schema: unknown): string | undefined => {
  if (typeof schema === 'boolean') return undefined
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return 'a schema is an object, true or false'
  const size = oversize(schema)
  if (size !== undefined) return size
  if (draftOf(schema) === undefined)
    return `$schema must be ${metaSchemas['2020-12']} (the default) or ${metaSchemas['draft-07']}#`
  return '$async' in schema ? '$async schemas are not supported' : undefined
}

const oversize = (schema: object): string | undefined => {
  const open: { readonly node: object; readonly depth: number }[] = [{ node: schema, depth: 1 }]
  let nodes = 0
  // Measured before JSON.stringify, which a nesting of thousands would overflow.
  for (let at = open.pop(); at; at = open.pop()) {
    if (++nodes > mostNodes) return `a schema may have at most ${mostNodes} objects and lists`
    if (at.depth > deepest) return `a schema may be nested at most ${deepest} deep`
    for (const child of Object.values(at.node)) {
      if (typeof child === 'object' && child !== null) open.push({ node: child, depth: at.depth + 1 })
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(schema))
  return bytes > mostBytes ? `a schema may have at most ${mostBytes} bytes; this one has ${bytes}` : undefined
}

/** The draft that a schema names, or the default; undefined: one that is not known here. */
export const draftOf = (schema: Schema): Draft | undefined => {
  if (typeof schema === 'boolean' || !('$schema' in schema)) return '2020-12'
  if (typeof schema.$schema !== 'string') return undefined
  const named = schema.$schema.replace(/^https?:/, '').replace(/#$/, '')
  const drafts: readonly Draft[] = ['2020-12', 'draft-07']
  return drafts.find((draft) => metaSchemas[draft].replace(/^https?:/, '') === named)
}
