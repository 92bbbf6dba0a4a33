import type { Readable, Writable } from 'node:stream'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  CancelledNotificationSchema,
  ErrorCode,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js'
import { type Edges, Lines } from './stdio-lines.ts'
import { errorLine, messageIn, Refusal, requestIdAtEdge } from './stdio-message.ts'

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
