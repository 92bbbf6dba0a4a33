/**
 * What a condition may call. The rest of the library is left out on purpose: split and join multiply the length of a
 * text with each link of a chain, bind hides iteration, json and the like parse, and nobody routes by time zone.
 */
const functions = ['size', 'int', 'double', 'string', 'bool', 'has'] as const
const methods = [
  'size',
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'lowerAscii',
  'upperAscii',
  'trim',
] as const
/** Those that iterate: a condition with one of them runs in a box. */
const macros = ['all', 'exists', 'exists_one', 'map', 'filter'] as const

export const isMacro = (name: string): boolean => (macros as readonly string[]).includes(name)

/** All that can be called: as a function `f(x)`, or as a method `x.f()`. */
export const callable: Readonly<Record<'function' | 'method', readonly string[]>> = {
  function: functions,
  method: [...methods, ...macros],
}

/** `matches` of the library backtracks (`(a+)+$` hangs it) and cannot be overridden: calls of it are renamed to this. */
export const linearMatches = 'matchesLinearly'

/** `contains` of the library compares text × pattern characters at worst, unmetered: calls of it are renamed to this. */
export const meteredContains = 'containsMetered'

/** A message of the library in the names that its reader knows. */
export const asWritten = (message: string): string =>
  message.replaceAll(linearMatches, 'matches').replaceAll(meteredContains, 'contains')
