import { within } from '../support/deadline.ts'
import { type Exit, ServerProcess } from '../support/server-process.ts'

/** A message as JSON-RPC knows it; what is in it is for whoever asked. */
// biome-ignore lint/suspicious/noExplicitAny: answers of any method
export type Message = Record<string, any>

type Id = string | number

/** The longest a server may take for an answer, ms. */
const patience = 5_000

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The two ends of a server's wire, byte by byte: what is written need not be JSON, and every line that comes back is
 * held to be one JSON-RPC message in UTF-8 and to be the only answer to what it answers.
 */
export class Wire {
  readonly server: ServerProcess
  /** What came out that should not have: no JSON-RPC, or a second answer. */
  readonly faults: string[] = []
  /** Answers that belong to no request of which the id could be read. */
  readonly unaddressed: Message[] = []
  private readonly waiting = new Map<Id, (message: Message) => void>()
  private readonly answered = new Set<Id>()
  private readonly repeated = new Map<Id, Message[]>()
  private readonly parts: Buffer[] = []
  private pings = 0
  private calls = 0

  constructor(db: string, flags: readonly string[] = []) {
    this.server = new ServerProcess({ db, flags })
    this.server.child.stdout?.on('data', (chunk: Buffer) => this.read(chunk))
  }

  /** Writes bytes as they are; resolves when the pipe has taken them. */
  write(bytes: Buffer | string): Promise<void> {
    return new Promise((taken) => this.server.child.stdin?.write(bytes, () => taken()))
  }

  writeLine(message: object): Promise<void> {
    return this.write(`${JSON.stringify(message)}\n`)
  }

  /** The answer to the request with this id, which is yet to be written. Rejects with `Late`. */
  answer(id: Id, ms = patience): Promise<Message> {
    this.answered.delete(id)
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve))
    return within(ms, `an answer to ${id}`, answer).finally(() => this.waiting.delete(id))
  }

  /** From here on any number of answers to this id is in order; they are gathered. */
  gather(id: Id): Message[] {
    const answers: Message[] = []
    this.repeated.set(id, answers)
    return answers
  }

  async request(id: Id, method: string, params: object = {}, ms = patience): Promise<Message> {
    const answer = this.answer(id, ms)
    void this.writeLine({ jsonrpc: '2.0', id, method, params })
    return answer
  }

  async hello(): Promise<void> {
    const clientInfo = { name: 'proof', version: '1' }
    // A start takes longer than an answer where many processes share the machine.
    await this.request(
      'hello',
      'initialize',
      { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
      30_000,
    )
    await this.writeLine({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }

  /** The server is there and answers. Rejects with `Late`. */
  async ping(): Promise<void> {
    await this.request(`ping-${++this.pings}`, 'ping')
  }

  /** Calls a tool: its structured content, also that of a refusal. */
  async call(name: string, args: object = {}, ms = patience): Promise<Message> {
    const { result, error } = await this.request(
      `call-${++this.calls}`,
      'tools/call',
      { name, arguments: args },
      ms,
    )
    if (!result) throw new Error(`${name}: ${error?.message}`)
    return result.structuredContent
  }

  /** Ends the server as a client does. */
  async end(): Promise<Exit> {
    this.server.child.stdin?.end()
    try {
      return await within(10_000, 'the end of a server whose stdin was closed', this.server.exited)
    } finally {
      await this.server.kill()
    }
  }

  private read(chunk: Buffer): void {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.parts, chunk.subarray(from, end)])
      this.parts.length = 0
      from = end + 1
      this.line(line)
    }
    if (from < chunk.length) this.parts.push(chunk.subarray(from))
  }

  private line(bytes: Buffer): void {
    let message: Message
    try {
      message = JSON.parse(utf8.decode(bytes))
    } catch {
      this.faults.push(`stdout holds what is no JSON in UTF-8: ${bytes.toString('latin1', 0, 200)}`)
      return
    }
    const isAnswer = 'result' in message !== 'error' in message && 'id' in message
    if (message.jsonrpc !== '2.0' || !(isAnswer || typeof message.method === 'string'))
      this.faults.push(`stdout holds what is no JSON-RPC: ${JSON.stringify(message).slice(0, 200)}`)
    else if (isAnswer) this.settle(message)
  }

  private settle(message: Message): void {
    const { id } = message
    if (id === null) {
      this.unaddressed.push(message)
      return
    }
    const gathered = this.repeated.get(id)
    if (gathered) {
      gathered.push(message)
      return
    }
    if (this.answered.has(id))
      this.faults.push(`a second answer to ${id}: ${JSON.stringify(message).slice(0, 300)}`)
    this.answered.add(id)
    this.waiting.get(id)?.(message)
  }
}
