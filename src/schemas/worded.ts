import type { ErrorObject } from 'ajv'

const mostFindings = 12

/** What does not fit, for the author of a result to act on. */
export const worded = (errors: readonly ErrorObject[]): string => {
  const shown = errors.slice(0, mostFindings).map((error) => {
    const { instancePath, message, params } = error
    const named = params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName
    const wanted = params.allowedValues ?? params.allowedValue
    const detail = named ?? wanted
    const tail = detail === undefined ? '' : ` (${cut(JSON.stringify(detail), 120)})`
    return `result${cut(instancePath, 120)} ${message ?? 'does not fit'}${tail}`
  })
  const more = errors.length - shown.length
  return [...new Set(shown), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`
