/**
 * Where two values differ, as one line a place: `by_extension.ts.lines: 120 instead of 119`. Lists are compared
 * entry by entry. Nothing when they are equal.
 */
export const differences = (expected: unknown, found: unknown, where = ''): readonly string[] => {
  if (Object.is(expected, found)) return []
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found))
    return [`${where === '' ? 'all' : where}: ${shown(found)} instead of ${shown(expected)}`]
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...keys].flatMap((key) =>
    differences(at(expected, key), at(found, key), where === '' ? key : `${where}.${key}`),
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const at = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

/** Long values are cut: a line shall stay one. */
const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
