import { within } from './deadline.ts'
import { type Exit, type ServerOptions, ServerProcess } from './server-process.ts'

/** The server ended before it answered: nobody knows whether the call was carried out. */
export class Gone extends Error {}

/** What a tool answered: its structured content, or the error's parts. */
export type Answer<T = Structured> =
  | { readonly ok: true; readonly value: T; readonly at: number }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly details: Structured }

// biome-ignore lint/suspicious/noExplicitAny: answers of any tool, which each test reads as its tool's contract has it
export type Structured = Record<string, any>

/** A call that a test counted on was refused. */
class Refused extends Error {
  readonly code: string

  constructor(tool: string, { code, message }: { readonly code: string; readonly message: string }) {
    super(`${tool} was refused: ${message} (${code})`)
    this.code = code
  }
}

interface Waiting {
  readonly resolve: (message: Message) => void
  readonly reject: (failure: Error) => void
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Structured
  readonly result?: Structured
  readonly error?: { readonly code: number; readonly message: string }
}

/** How long an answer may take before the test calls it a hang, ms. Waits end after 45 s by themselves. */
const patience = 60_000

/**
 * An MCP client on a server process of its own, lean enough to keep hundreds of calls in flight and to lose the
 * server in the middle of them: then every call under way rejects with `Gone`.
 */
export class ProcessClient {
  readonly server: ServerProcess
  private readonly waiting = new Map<number, Waiting>()
  private readonly heard: ((message: Message) => void)[] = []
  private nextId = 1
  private rest = ''
  private gone = false

  private constructor(options: ServerOptions) {
    this.server = new ServerProcess(options)
    this.server.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text))
    void this.server.exited.then(() => this.abandon())
  }

  /** Starts a server and says hello. Rejects with `Gone` when it ends before it answers. */
  static async start(options: ServerOptions): Promise<ProcessClient> {
    const client = ProcessClient.launch(options)
    await client.hello()
    return client
  }

  /** Starts a server without a word to it. */
  static launch(options: ServerOptions): ProcessClient {
    return new ProcessClient(options)
  }

  /** The handshake of MCP. */
  async hello(): Promise<void> {
    await this.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'proof', version: '1' },
    })
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }

  /** One JSON-RPC request. Rejects with `Gone`, with `Late`, or with what JSON-RPC calls an error. */
  async request(method: string, params: Structured, ms = patience): Promise<Structured> {
    const id = this.nextId++
    const answered = new Promise<Message>((resolve, reject) => {
      if (this.gone) return reject(new Gone(`the server has ended before ${method}`))
      this.waiting.set(id, { resolve, reject })
    })
    this.send({ jsonrpc: '2.0', id, method, params })
    const { result, error } = await within(ms, `an answer to ${method}`, answered).finally(() =>
      this.waiting.delete(id),
    )
    if (error) throw new Error(`${method}: ${error.message} (${error.code})`)
    return result ?? {}
  }

  /** Calls a tool; a refusal is an answer too. */
  async call(tool: string, args: Structured = {}, ms = patience): Promise<Answer> {
    const { structuredContent, isError } = await this.request(
      'tools/call',
      { name: tool, arguments: args },
      ms,
    )
    if (!isError) return { ok: true, value: structuredContent ?? {}, at: performance.now() }
    const { code, message, details } = structuredContent?.error ?? {
      code: 'none',
      message: 'no error report',
    }
    return { ok: false, code, message, details: details ?? {} }
  }

  /** Calls a tool that has to succeed. */
  async must(tool: string, args: Structured = {}): Promise<Structured> {
    const answer = await this.call(tool, args)
    if (!answer.ok) throw new Refused(tool, answer)
    return answer.value
  }

  /** Resolves when everything sent before has been dispatched: the server reads its input in order. */
  async ping(): Promise<void> {
    await this.request('ping', {})
  }

  /** Told of every notification. */
  onNotification(listener: (method: string, params: Structured) => void): void {
    this.heard.push(({ method, params }) => listener(method ?? '', params ?? {}))
  }

  /** Ends the server as a client does, by closing its stdin; kills it when it stays. */
  async close(ms = 5_000): Promise<Exit> {
    this.server.input.end()
    try {
      return await within(ms, 'the end of a server whose stdin was closed', this.server.exited)
    } finally {
      await this.server.kill()
    }
  }

  /** kill -9. */
  kill(): Promise<Exit> {
    return this.server.kill()
  }

  private send(message: object): void {
    const { input } = this.server
    if (input.writable) input.write(`${JSON.stringify(message)}\n`)
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') this.receive(JSON.parse(line))
  }

  private receive(message: Message): void {
    const { id, method } = message
    if (method === undefined) this.waiting.get(id ?? 0)?.resolve(message)
    else if (id === undefined) for (const listener of this.heard) listener(message)
    else this.answer(id, method)
  }

  /** A server may ask its client too. This one has nothing to offer but signs of life. */
  private answer(id: number, method: string): void {
    const known = method === 'ping'
    const error = { code: -32601, message: 'Method not found' }
    this.send({ jsonrpc: '2.0', id, ...(known ? { result: {} } : { error }) })
  }

  private abandon(): void {
    this.gone = true
    const gone = new Gone('the server ended before it answered')
    for (const { reject } of this.waiting.values()) reject(gone)
    this.waiting.clear()
  }
}

/** Starts several servers on one file, and closes them all after `use`, whatever happened. */
export const withClients = async <T>(
  count: number,
  options: ServerOptions,
  use: (clients: readonly ProcessClient[]) => Promise<T>,
): Promise<T> => {
  const clients = Array.from({ length: count }, () => ProcessClient.launch(options))
  try {
    await Promise.all(clients.map((client) => client.hello()))
    const answer = await use(clients)
    await Promise.all(clients.map((client) => client.close()))
    return answer
  } finally {
    await Promise.all(clients.map((client) => client.kill()))
  }
}
