import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

// biome-ignore lint/suspicious/noExplicitAny: answers of any server, which each measurement reads as it knows them
export type Result = any

interface Waiting {
  readonly resolve: (result: Result) => void
  readonly reject: (failure: Error) => void
}

/**
 * The client's end of any MCP server over stdio, ours or a floor: no SDK and no timers, so that what is measured is
 * the server. Calls that a server refuses reject.
 */
export class Wire {
  readonly child: ChildProcess
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 1
  private rest = ''

  /** Starts `node` with these arguments. */
  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text))
    this.child.once('exit', (code, signal) => this.abandon(`the server ended (${code ?? signal})`))
    // A server that is gone is told by its exit.
    this.child.stdin?.on('error', () => undefined)
  }

  /** Starts a server and says hello. */
  static async open(args: readonly string[]): Promise<Wire> {
    const wire = new Wire(args)
    await wire.hello()
    return wire
  }

  async hello(): Promise<void> {
    const clientInfo = { name: 'bench', version: '1' }
    await this.request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo })
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }

  request(method: string, params: object): Promise<Result> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++
      this.waiting.set(id, { resolve, reject })
      this.send({ jsonrpc: '2.0', id, method, params })
    })
  }

  /** Calls a tool; answers its structured content. */
  async call(name: string, args: object): Promise<Result> {
    const { structuredContent, content, isError } = await this.request('tools/call', {
      name,
      arguments: args,
    })
    if (isError) throw new Error(`${name}: ${content[0]?.text}`)
    return structuredContent
  }

  /** Ends the server as a client does. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const exit = once(this.child, 'exit')
    this.child.stdin?.end()
    const late = setTimeout(() => this.child.kill('SIGKILL'), 5_000)
    await exit
    clearTimeout(late)
  }

  private send(message: object): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`)
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const { id, result, error } = JSON.parse(line)
      const waiting = this.waiting.get(id)
      this.waiting.delete(id)
      if (error) waiting?.reject(new Error(`${error.message} (${error.code})`))
      else waiting?.resolve(result)
    }
  }

  private abandon(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(why))
    this.waiting.clear()
  }
}

/** Gives `use` servers started with these arguments, and ends them afterwards whatever happened. */
export const withWires = async <T>(
  commands: readonly (readonly string[])[],
  use: (wires: readonly Wire[]) => Promise<T>,
): Promise<T> => {
  const wires: Wire[] = []
  try {
    for (const args of commands) wires.push(await Wire.open(args))
    return await use(wires)
  } finally {
    await Promise.all(wires.map((wire) => wire.close()))
  }
}
