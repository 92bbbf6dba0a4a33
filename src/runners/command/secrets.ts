import type { Variables } from './environment.ts'

/** A value that must not be told, and the name that is told instead. */
interface Secret {
  readonly name: string
  readonly value: string
}

const secretName =
  /KEY|TOKEN|SECRET|PASSW|PASSPHRASE|PASSCODE|CREDENTIAL|AUTH(?!OR)|PRIVATE|COOKIE|SIGNATURE|(^|_)(PASS|PAT|DSN)$|_PWD$/i
/** An address with a password in it, such as a database's. */
const withPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i
/** Anything shorter would also be found where it is not meant. */
const shortest = 8
/** A piece of a secret, at a place where a text was cut, is told apart from chance by so many characters. */
const shortestPiece = 4
/** JSON that is nested deeper is taken as text: whoever reads it next may not be able to walk so deep. */
const deepest = 100

/** What the configuration says of variables whose names say nothing. */
export interface Declared {
  /** They hold keys of model endpoints. */
  readonly keys?: readonly string[]
  /** The program gets to see them. */
  readonly passed?: readonly string[]
}

/** Letters and digits mixed, in one piece and long: no word, number, path or list. */
const likeToken = (value: string): boolean =>
  /^[^\s/\\,]{16,}$/.test(value) && /[a-z]/i.test(value) && /\d/.test(value)

/** Where a text was cut off, so that a secret may stand there in part. */
interface Cuts {
  readonly start?: boolean
  readonly end?: boolean
}

/**
 * Takes secrets out of what a program said: the values, of 8 characters or more, of variables whose name sounds like
 * a secret's (KEY, TOKEN, SECRET, PASSWORD…), that are addresses with a password, that the configuration names as keys,
 * or that it passes to the program and that look like a token. All of the server's own are
 * taken out, also those that the program was not given: a program of the same user can read them elsewhere.
 * As it stands, in JSON and in an address they are found; in another form (base64, in pieces) they are not.
 */
export class Redactor {
  readonly #secrets: readonly Secret[]
  /** Length of the longest secret: who cuts a text before it is redacted keeps so much more. */
  readonly longest: number

  constructor(environments: readonly Variables[], { keys = [], passed = [] }: Declared = {}) {
    const found = new Map<string, string>()
    const isSecret = (name: string, value: string): boolean =>
      secretName.test(name) ||
      withPassword.test(value) ||
      keys.includes(name) ||
      (passed.includes(name) && likeToken(value))
    for (const [name, value = ''] of environments.flatMap((variables) => Object.entries(variables)))
      if (value.length >= shortest && isSecret(name, value))
        for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
          found.set(form, name)
    this.#secrets = [...found]
      .map(([value, name]) => ({ name, value }))
      .sort((a, b) => b.value.length - a.value.length)
    this.longest = this.#secrets[0]?.value.length ?? 0
  }

  text(given: string, { start = false, end = false }: Cuts = {}): string {
    let text = given
    for (const { name, value } of this.#secrets)
      if (text.includes(value)) text = text.replaceAll(value, () => `[redacted ${name}]`)
    for (const { name, value } of this.#secrets) {
      if (start) text = withoutPieceAtStart(text, value, name)
      if (end) text = withoutPieceAtEnd(text, value, name)
    }
    return text
  }

  /** A JSON value with the secrets out of its texts, keys and numbers; undefined when it is nested too deep. */
  json(value: unknown): { readonly value: unknown } | undefined {
    try {
      return { value: this.#within(value, 0) }
    } catch (error) {
      if (error instanceof TooDeep) return undefined
      throw error
    }
  }

  #within(value: unknown, depth: number): unknown {
    if (depth > deepest) throw new TooDeep()
    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') {
      const told = this.text(String(value))
      return told === String(value) ? value : told
    }
    if (Array.isArray(value)) return value.map((one) => this.#within(one, depth + 1))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [this.text(key), this.#within(one, depth + 1)]),
    )
  }
}

class TooDeep extends Error {}

const withoutPieceAtStart = (text: string, secret: string, name: string): string => {
  for (let length = secret.length - 1; length >= shortestPiece; length -= 1)
    if (text.startsWith(secret.slice(-length))) return `[redacted ${name}]${text.slice(length)}`
  return text
}

const withoutPieceAtEnd = (text: string, secret: string, name: string): string => {
  for (let length = secret.length - 1; length >= shortestPiece; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}[redacted ${name}]`
  return text
}
