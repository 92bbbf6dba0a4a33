import { type Failure, invalid } from '../../errors.ts'
import { nearest } from '../../kernel/nearest.ts'

/** What is wrong in a document, thrown where it is found and answered by whoever began to read. */
export class Wrong extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** A value of a document and the path to it, such as `rules[1].when.length`. Its readers throw `Wrong`. */
export class Part {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path: string) {
    this.value = value
    this.path = path
  }

  wrong(problem: string, fix: string): never {
    throw new Wrong(invalid(this.path || 'policy', problem, fix))
  }

  /** The parts of an object that has no other keys than these. Keys without a value are left out. */
  object<const Key extends string>(known: readonly Key[]): { readonly [key in Key]?: Part } {
    const { value, path } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.wrong(`must be an object, not ${nameOf(value)}`, `Its keys may be ${known.join(', ')}.`)
    const parts: { [key in Key]?: Part } = {}
    for (const [key, given] of Object.entries(value)) {
      const part = new Part(given, path === '' ? key : `${path}.${key}`)
      if (!(known as readonly string[]).includes(key)) part.unknown(key, known)
      if (given !== undefined && given !== null) parts[key as Key] = part
    }
    return parts
  }

  private unknown(key: string, known: readonly string[]): never {
    const near = nearest(key, known)
    return this.wrong(
      'is not a known key',
      near === undefined
        ? `Known are ${known.join(', ')}.`
        : `Did you mean ${near}? Known are ${known.join(', ')}.`,
    )
  }

  list(least: number, most: number): readonly Part[] {
    const { value, path } = this
    if (!Array.isArray(value)) this.wrong(`must be a list, not ${nameOf(value)}`, 'Give a list.')
    if (value.length < least || value.length > most)
      this.wrong(`has ${value.length} entries`, `It takes ${least} to ${most}.`)
    return value.map((entry, i) => new Part(entry, `${path}[${i}]`))
  }

  /** A list, or one thing that stands for a list of it. */
  oneOrMore(most: number): readonly Part[] {
    return Array.isArray(this.value) ? this.list(1, most) : [this]
  }

  text(most: number): string {
    const { value } = this
    if (typeof value !== 'string') this.wrong(`must be text, not ${nameOf(value)}`, 'Give a text.')
    if (value.length === 0 || value.length > most)
      this.wrong(`has ${value.length} characters`, `It takes 1 to ${most}.`)
    return value
  }

  /** A text of one line. */
  name(): string {
    const text = this.text(100)
    if (/[\p{Cc}\p{Surrogate}]/u.test(text))
      this.wrong('has control characters or half of a surrogate pair', 'Give one line of plain text.')
    return text
  }

  word<const Word extends string>(known: readonly Word[]): Word {
    const { value } = this
    const word = known.find((one) => one === value)
    if (word !== undefined) return word
    const near = typeof value === 'string' ? nearest(value, known) : undefined
    const hint = near === undefined ? '' : `Did you mean ${near}? `
    return this.wrong(`is ${shown(value)}`, `${hint}It may be ${known.join(', ')}.`)
  }

  whole(least: number, most: number): number {
    const { value } = this
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
      this.wrong(`is ${shown(value)}`, `It takes a whole number from ${least} to ${most}.`)
    return value as number
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') this.wrong(`is ${shown(this.value)}`, 'It takes true or false.')
    return this.value
  }
}

const nameOf = (value: unknown): string =>
  value === null
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'string'
        ? 'text'
        : typeof value

const shown = (value: unknown): string =>
  typeof value === 'object' ? nameOf(value) : String(JSON.stringify(value)).slice(0, 60)
