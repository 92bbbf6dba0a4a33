import { createHash } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import type { Redactor } from './secrets.ts'

/**
 * What a program prints: the first `limit` bytes are kept, all are counted and digested. Beyond the limit the rest is
 * read and dropped until the program ends or its time is over: so one that prints much still ends as it means to.
 */
export class Output {
  readonly #limit: number
  readonly #kept: Buffer[] = []
  readonly #hash = createHash('sha256')
  #digest: string | undefined
  bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  push(chunk: Buffer): void {
    const room = this.#limit - this.bytes
    if (room > 0) this.#kept.push(chunk.subarray(0, room))
    this.bytes += chunk.length
    this.#hash.update(chunk)
  }

  get cut(): boolean {
    return this.bytes > this.#limit
  }

  /** SHA-256 of everything that was printed, hex. */
  get digest(): string {
    this.#digest ??= this.#hash.digest('hex')
    return this.#digest
  }

  /** What was kept. Bytes that are not UTF-8 read as U+FFFD; a character that the cut went through is left out. */
  text(): string {
    return new TextDecoder().decode(Buffer.concat(this.#kept), { stream: this.cut })
  }
}

/** The last so many characters of what a program prints, without secrets. */
export class Tail {
  readonly #length: number
  readonly #redactor: Redactor
  readonly #decoder = new StringDecoder('utf8')
  #text = ''
  #cut = false

  constructor(length: number, redactor: Redactor) {
    this.#length = length
    this.#redactor = redactor
  }

  push(chunk: Buffer): void {
    const text = this.#text + this.#decoder.write(chunk)
    const kept = this.#length + this.#redactor.longest
    this.#cut ||= text.length > kept
    this.#text = text.slice(-kept)
  }

  /** `open`: more may follow, so that the last secret may not yet be whole. */
  text(open = false): string {
    const text = this.#redactor.text(this.#text, { start: this.#cut, end: open })
    return plain(text).trim().slice(-this.#length)
  }

  /** The last line that is not empty, or the end of it. */
  lastLine(): string {
    const text = this.text(true)
    return text.slice(text.lastIndexOf('\n') + 1).trim()
  }
}

/** A text without the colours and cursor movements of terminals. */
const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  stripVTControlCharacters(text).replace(/[\0-\x08\x0b-\x1f\x7f]/g, ' ')
