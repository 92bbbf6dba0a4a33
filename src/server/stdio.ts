import type { Readable, Writable } from 'node:stream'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CancelledNotificationSchema,
  ErrorCode,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js'

const MAX_LINE_BYTES = 10 * 1024 * 1024
/** Answers the client has not read, in characters. Beyond, we stop reading it, so it cannot fill our memory. */
const MAX_UNREAD = 16 * 1024 * 1024

export interface StdioOptions {
  /** Longest line that is read, in bytes without its newline. Default 10 MiB. */
  readonly maxLineBytes?: number
  /** How long requests in flight may still be answered after the end of input, in ms. Default 500. */
  readonly graceMs?: number
}

/**
 * MCP over newline-delimited JSON that no input can end: what cannot be read is answered with a JSON-RPC error
 * (-32700 for what is no JSON in UTF-8, -32600 otherwise), reported to `onerror`, and the session goes on. All
 * messages of a chunk are dispatched in order before control returns, which puts their calls into one
 * transaction. `onclose` is called once: by close(), after the end of input (finish()), at an error of input,
 * or when nobody reads the output any more.
 */
export class BoundedStdioTransport implements Transport {
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  onmessage?: Transport['onmessage']

  readonly #stdin: Readable
  readonly #stdout: Writable
  readonly #lines: Lines
  readonly #graceMs: number
  #started = false
  #closed = false
  #finishing: Promise<void> | undefined
  /** Requests without an answer. The number tells a later request of the same id from this one. */
  readonly #inFlight = new Map<RequestId, number>()
  #serial = 0
  #onIdle: (() => void) | undefined
  #out = ''
  #flushing: Promise<void> | undefined
  #blocked: (() => void)[] = []
  #paused = false

  constructor(stdin: Readable, stdout: Writable, options: StdioOptions = {}) {
    const maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#stdin = stdin
    this.#stdout = stdout
    this.#graceMs = options.graceMs ?? 500
    const tooLong = `Invalid Request: the line is longer than ${maxLineBytes} bytes`
    this.#lines = new Lines(
      maxLineBytes,
      (line) => this.#receive(line),
      (edges: Edges) =>
        this.#refuse(new Refusal(ErrorCode.InvalidRequest, tooLong, requestIdAtEdge(edges.head, edges.tail))),
    )
  }

  /** Begins to read. Rejects when called twice. */
  async start(): Promise<void> {
    if (this.#started) throw new Error('The stdio transport was already started.')
    this.#started = true
    // The listeners stay for good: an error after close() must find one, or it would end the process.
    this.#stdout.on('drain', () => this.#release())
    this.#stdout.on('error', () => void this.close())
    this.#stdout.on('close', () => void this.close())
    this.#stdin.on('data', (chunk: Buffer | string) => {
      if (!this.#finishing) this.#lines.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    })
    this.#stdin.on('end', () => {
      this.#lines.end()
      void this.finish()
    })
    this.#stdin.on('close', () => {
      if (!this.#finishing) void this.close()
    })
    this.#stdin.on('error', (error) => {
      this.onerror?.(error)
      void this.close()
    })
    if (this.#stdin.readableEnded || this.#stdin.destroyed) await this.close()
  }

  /**
   * Queues one message; all of a turn leave in one write. Resolves when the output has room again, also when
   * the transport closed meanwhile. Rejects when a request or notification cannot be written as JSON; an answer
   * that cannot is replaced by an internal error (-32603), so that its caller does not wait in vain.
   */
  async send(message: JSONRPCMessage): Promise<void> {
    const answered = 'method' in message ? undefined : message.id
    if (answered !== undefined) this.#settle(answered)
    await this.#post(answered === undefined ? JSON.stringify(message) : this.#answerLine(message, answered))
  }

  /** Stops reading, waits at most `graceMs` until requests in flight are answered and written, closes. Never rejects. */
  finish(): Promise<void> {
    this.#finishing ??= this.#finish()
    return this.#finishing
  }

  /** Hands what is queued to the output and closes at once. What comes in afterwards is discarded. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#out !== '' && this.#stdout.writable) this.#stdout.write(this.#out)
    this.#out = ''
    this.#inFlight.clear()
    this.#onIdle?.()
    this.#release()
    // A paused input would never tell anyone that it ended.
    if (this.#paused) this.#stdin.resume()
    this.onclose?.()
  }

  async #finish(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#graceMs)
    })
    if (this.#inFlight.size > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
      await Promise.race([idle, late])
    }
    await this.close()
    // A pipe is written asynchronously, and process.exit() would cut what is still in here.
    if (this.#stdout.writable && this.#stdout.writableLength > 0) {
      await Promise.race([new Promise<void>((resolve) => this.#stdout.write('', () => resolve())), late])
    }
    clearTimeout(timer)
  }

  #receive(line: Buffer): void {
    if (this.#closed) return
    try {
      const message = messageIn(line)
      if (message) this.#dispatch(message)
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(error)
      else this.onerror?.(error as Error)
    }
  }

  #dispatch(message: JSONRPCMessage): void {
    const request = 'method' in message && 'id' in message ? message.id : undefined
    if (request !== undefined) {
      if (this.#inFlight.has(request)) {
        throw new Refusal(ErrorCode.InvalidRequest, 'Invalid Request: id already in use', request)
      }
      this.#inFlight.set(request, ++this.#serial)
    }
    try {
      this.onmessage?.(message)
    } catch (error) {
      this.onerror?.(error as Error)
      if (request === undefined) return
      this.#settle(request)
      throw new Refusal(ErrorCode.InternalError, 'Internal error', request)
    }
    if ('method' in message && message.method === 'notifications/cancelled') this.#cancelled(message)
  }

  /**
   * The SDK sends no answer to a request it cancelled, so nothing else would free the id. It ignores malformed
   * cancellations and falsy ids (0, ''), which are answered after all. It aborts by id and in a microtask: a
   * new request of that id in the same chunk would be the one it hits, so the id stays taken for this turn.
   */
  #cancelled(message: JSONRPCMessage): void {
    const id = CancelledNotificationSchema.safeParse(message).data?.params.requestId
    const serial = id ? this.#inFlight.get(id) : undefined
    if (!id || serial === undefined) return
    setImmediate(() => {
      if (this.#inFlight.get(id) === serial) this.#settle(id)
    })
  }

  #settle(id: RequestId): void {
    this.#inFlight.delete(id)
    if (this.#inFlight.size === 0) this.#onIdle?.()
  }

  #refuse(refusal: Refusal): void {
    this.onerror?.(refusal)
    void this.#post(errorLine(refusal))
  }

  #answerLine(message: JSONRPCMessage, id: RequestId): string {
    try {
      const { result, error } = message as { result?: unknown; error?: unknown }
      if (result === undefined && error === undefined) throw new TypeError('The answer holds no result.')
      return JSON.stringify(message)
    } catch (error) {
      this.onerror?.(error as Error)
      return errorLine(new Refusal(ErrorCode.InternalError, 'The answer could not be written as JSON', id))
    }
  }

  #post(line: string): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#out += `${line}\n`
    if (this.#out.length > MAX_UNREAD && !this.#paused) {
      this.#paused = true
      this.#stdin.pause()
    }
    this.#flushing ??= this.#flush()
    return this.#flushing
  }

  async #flush(): Promise<void> {
    await endOfTurn()
    if (this.#stdout.writableNeedDrain) await this.#drained()
    const text = this.#out
    this.#out = ''
    this.#flushing = undefined
    if (this.#closed) return
    if (!this.#stdout.writable) return this.close()
    if (!this.#stdout.write(text)) await this.#drained()
    if (this.#paused && this.#out.length < MAX_UNREAD) {
      this.#paused = false
      this.#stdin.resume()
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) resolve()
      else this.#blocked.push(resolve)
    })
  }

  #release(): void {
    for (const resolve of this.#blocked.splice(0)) resolve()
  }
}

/**
 * After every promise job of this turn: the answers of a group settle in jobs of their own, and leave together.
 * Measured with one in flight: as fast as a write at once (27 µs a round trip); setImmediate adds 2 µs.
 */
const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)))

const NEWLINE = 10
const KEPT_BYTES = 1024 * 1024

/** What is kept of a line that is too long, as latin1 text. */
interface Edges {
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
class Lines {
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

const MAX_DEPTH = 200
/** How much of a line's start and end is searched for its id. */
const HEAD_BYTES = 4096
const TAIL_BYTES = 512

/** What a line is answered with instead of being dispatched. */
class Refusal extends Error {
  readonly code: number
  readonly id: RequestId | null

  constructor(code: number, message: string, id: RequestId | null) {
    super(message)
    this.code = code
    this.id = id
  }
}

const errorLine = ({ id, code, message }: Refusal): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })

// A byte order mark is dropped, as some shells put one in front.
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The message of a line, undefined for a blank one. Throws a Refusal. */
function messageIn(line: Buffer): JSONRPCMessage | undefined {
  // JSON.parse survives any depth, but what recurses over its result later does not.
  if (isDeeperThan(MAX_DEPTH, line)) {
    const id = requestIdAtEdge(
      line.toString('latin1', 0, HEAD_BYTES),
      line.subarray(-TAIL_BYTES).toString('latin1'),
    )
    throw new Refusal(ErrorCode.InvalidRequest, `Invalid Request: nested deeper than ${MAX_DEPTH}`, id)
  }
  const [text, value] = parse(line)
  if (text === '') return undefined
  const invalid = (problem: string) =>
    new Refusal(ErrorCode.InvalidRequest, `Invalid Request: ${problem}`, idOf(value))
  if (Array.isArray(value)) throw invalid('batches are not supported')
  // Such a key is plain data to JSON.parse, but a copy by assignment would turn it into a prototype.
  if (MAY_NAME_PROTO.test(text) && namesProto(value)) throw invalid('a key is named __proto__')
  if (!isMessage(value)) throw invalid('this is no JSON-RPC 2.0 message of MCP')
  return value
}

function parse(line: Buffer): [text: string, value: unknown] {
  try {
    const text = utf8.decode(line)
    return text.trim() === '' ? ['', undefined] : [text, JSON.parse(text)]
  } catch {
    throw new Refusal(ErrorCode.ParseError, 'Parse error: the line is no JSON in UTF-8', null)
  }
}

/** One pass over the bytes: whether objects and arrays nest deeper than `limit`. */
function isDeeperThan(limit: number, json: Buffer): boolean {
  if (json.length <= limit) return false
  let depth = 0
  let inString = false
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (inString) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limit) return true
    } else if (byte === 0x7d || byte === 0x5d) depth--
  }
  return false
}

/** Also when letters of it are escaped; a cheap filter in front of the walk. */
const MAY_NAME_PROTO = /__proto__|\\u00(?:5f|6f|7[024])/i

const namesProto = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, '__proto__') || Object.values(value).some(namesProto))

/**
 * The SDK's own guards, because its Protocol drops in silence what they do not accept. Only the one that can
 * apply is asked: 0.2 to 0.5 µs, where parsing the message takes 1.3.
 */
function isMessage(value: unknown): value is JSONRPCMessage {
  if (typeof value !== 'object' || value === null) return false
  if ('method' in value) return 'id' in value ? isJSONRPCRequest(value) : isJSONRPCNotification(value)
  return 'error' in value ? isJSONRPCErrorResponse(value) : isJSONRPCResultResponse(value)
}

/** The id to answer an invalid message with. A malformed answer has none: its id is one of ours, not the client's. */
function idOf(value: unknown): RequestId | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null
  if (!('method' in value) && ('result' in value || 'error' in value)) return null
  const { id } = value
  if (typeof id === 'string') return id
  // Beyond 2^53 the parsed number may be the id of another request.
  return typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER ? id : null
}

const SCALAR = String.raw`("[ !#-[\]-~]{0,200}"|-?(?:0|[1-9]\d{0,14}))\s*`
const LEADING_SCALARS = new RegExp(String.raw`^\s*\{(?:\s*"(?:jsonrpc|id|method)"\s*:\s*${SCALAR},){1,3}`)
const LEADING_ID = new RegExp(String.raw`"id"\s*:\s*${SCALAR},`)
const LAST_ID = new RegExp(String.raw`[{,]\s*"id"\s*:\s*${SCALAR}\}\s*$`)

/**
 * The id of a request that is not parsed, if it stands at its edge: among the members before the first large
 * one, or as the very last (where SDK clients put it). An `id` inside of `params` can be in neither place.
 */
function requestIdAtEdge(head: string, tail: string): RequestId | null {
  const scalars = LEADING_SCALARS.exec(head)?.[0] ?? ''
  if (!scalars.includes('"method"')) return null
  const id = (LEADING_ID.exec(scalars) ?? LAST_ID.exec(tail))?.[1]
  return id === undefined ? null : JSON.parse(id)
}
