import type { UriVariables } from '../tools/resource.ts'

/** The names in a URI template, in order. */
export const variablesOf = (template: string): readonly string[] =>
  [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')

const decoded = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/** A matcher for URIs of a template (RFC 6570, level 1): the variables, or undefined for another URI. */
export function uriMatcher(template: string): (uri: string) => UriVariables | undefined {
  const names = variablesOf(template)
  const source = template
    .split(/\{\w+\}/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('([^/?#]+)')
  const pattern = new RegExp(`^${source}$`)
  return (uri) => {
    const match = pattern.exec(uri)
    if (!match) return undefined
    const values = match.slice(1).map(decoded)
    if (values.includes(undefined)) return undefined
    return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']))
  }
}
