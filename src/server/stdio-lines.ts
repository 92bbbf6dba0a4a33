import { HEAD_BYTES, TAIL_BYTES } from './stdio-message.ts'

const NEWLINE = 10
const KEPT_BYTES = 1024 * 1024

/** What is kept of a line that is too long, as latin1 text. */
export interface Edges {
  readonly head: string
  readonly tail: string
}

interface Skipped extends Edges {
  tail: string
  bytes: number
  told: boolean
}

/**
 * Cuts a stream of bytes into lines. Of a line over `maxBytes` only its edges are kept, and `onOversized` is
 * called once for it. A line handed to `onLine` is valid during that call only.
 */
export class Lines {
  readonly #maxBytes: number
  readonly #onLine: (line: Buffer) => void
  readonly #onOversized: (edges: Edges) => void
  /** The start of a line whose end has not come: one buffer that doubles, so n chunks cost O(n), of any size. */
  #partial = Buffer.alloc(0)
  #held = 0
  #skipping: Skipped | undefined

  constructor(maxBytes: number, onLine: (line: Buffer) => void, onOversized: (edges: Edges) => void) {
    this.#maxBytes = maxBytes
    this.#onLine = onLine
    this.#onOversized = onOversized
  }

  /** Takes the next bytes and hands out every line they complete, in order, before it returns. */
  push(chunk: Buffer): void {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, end)
      from = end + 1
      // Most lines arrive whole; they are read where they are.
      if (this.#held === 0 && !this.#skipping && piece.length <= this.#maxBytes) this.#onLine(piece)
      else {
        this.#add(piece)
        this.end()
      }
    }
    if (from < chunk.length) this.#add(chunk.subarray(from))
  }

  /** Ends the current line, if one was begun. */
  end(): void {
    const line = this.#partial.subarray(0, this.#held)
    const skipped = this.#skipping
    this.#skipping = undefined
    this.#drop()
    if (skipped) this.#tell(skipped)
    else if (line.length > 0) this.#onLine(line)
  }

  #add(piece: Buffer): void {
    const held = this.#partial.subarray(0, this.#held)
    const length = held.length + piece.length
    if (this.#skipping) this.#skip(this.#skipping, piece)
    else if (length > this.#maxBytes) {
      const head = Buffer.concat([held.subarray(0, HEAD_BYTES), piece.subarray(0, HEAD_BYTES)])
      this.#skipping = { head: head.toString('latin1', 0, HEAD_BYTES), tail: '', bytes: 0, told: false }
      this.#skip(this.#skipping, held)
      this.#skip(this.#skipping, piece)
      this.#drop()
    } else {
      if (length > this.#partial.length) {
        this.#partial = Buffer.allocUnsafe(Math.max(Math.min(2 * length, this.#maxBytes), length))
        held.copy(this.#partial)
      }
      piece.copy(this.#partial, held.length)
      this.#held = length
    }
  }

  #skip(line: Skipped, piece: Buffer): void {
    line.bytes += piece.length
    line.tail = (line.tail + piece.subarray(-TAIL_BYTES).toString('latin1')).slice(-TAIL_BYTES)
    // Its end often tells the id, but a line that never ends must not stay without an answer.
    if (line.bytes > 2 * this.#maxBytes) this.#tell(line)
  }

  #tell(line: Skipped): void {
    if (!line.told) this.#onOversized(line)
    line.told = true
  }

  #drop(): void {
    this.#held = 0
    if (this.#partial.length > KEPT_BYTES) this.#partial = Buffer.alloc(0)
  }
}
