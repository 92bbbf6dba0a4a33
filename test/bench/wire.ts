import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js'

// biome-ignore lint/suspicious/noExplicitAny: answers of any server, which each measurement reads as it knows them
export type Result = any

/** An MCP server over stdio, ours or a floor, behind the SDK's own client: what a call costs whoever calls. */
export class Wire {
  private readonly transport: StdioClientTransport
  private readonly client = new Client({ name: 'bench', version: '1' })

  /** Of `node`, with these arguments. */
  constructor(args: readonly string[]) {
    this.transport = new StdioClientTransport({
      command: process.execPath,
      args: [...args],
      stderr: 'ignore',
    })
  }

  /** Starts a server and says hello. */
  static async open(args: readonly string[]): Promise<Wire> {
    const wire = new Wire(args)
    await wire.hello()
    return wire
  }

  /** Spawns the server; resolves when it has answered `initialize`. */
  hello(): Promise<void> {
    return this.client.connect(this.transport)
  }

  /** Asks for the tools. Not by the client's own method, which also compiles a validator for each of them. */
  listTools(): Promise<Result> {
    return this.client.request({ method: 'tools/list' }, ResultSchema)
  }

  /** Calls a tool; answers its structured content. Rejects where the tool refuses. */
  async call(name: string, args: Record<string, unknown>): Promise<Result> {
    const { structuredContent, content, isError }: Result = await this.client.callTool({
      name,
      arguments: args,
    })
    if (isError) throw new Error(`${name}: ${content[0]?.text}`)
    return structuredContent
  }

  get pid(): number {
    const { pid } = this.transport
    if (pid === null) throw new Error('the server has ended')
    return pid
  }

  /** Ends the server as a client does, by closing its stdin. */
  close(): Promise<void> {
    return this.client.close()
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
