import { closest, distance } from 'fastest-levenshtein'
import { Failure } from '../errors.ts'

/** A refusal of what was typed or configured; every one of them leads to the usage. */
export const refuse = (message: string, details?: Readonly<Record<string, unknown>>): Failure =>
  new Failure('invalid_argument', message, 'Run baton --help for the commands, flags and values.', details)

/** A value as a refusal quotes it: on one line, and not without end. */
export const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** " Did you mean …?" with the nearest known name, or nothing where none is near enough to be meant. */
export const suggestion = (given: unknown, known: readonly string[], show = quote): string => {
  if (typeof given !== 'string' || known.length === 0) return ''
  const plain = (name: string) => name.toLowerCase().replace(/[-_\s]/g, '')
  const typed = plain(given)
  if (typed === '') return ''
  const near = known.find((name) => plain(name) === closest(typed, known.map(plain)))
  // With more than a third of the name wrong, a suggestion is a guess.
  if (near === undefined || distance(typed, plain(near)) > Math.max(1, near.length / 3)) return ''
  return ` Did you mean ${show(near)}?`
}
