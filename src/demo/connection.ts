import { closeSync, openSync } from 'node:fs'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { version } from '../version.ts'

/** Where the servers of a demo run. */
export interface Place {
  /** The file that Baton is started with. */
  readonly entry: string
  readonly db: string
  /** What the servers have to say goes here. */
  readonly log: string
}

/** A tool said no. `code` is one of the failure catalogue. */
export class Refused extends Error {
  readonly code: string

  constructor(tool: string, error: { readonly code: string; readonly message: string }) {
    super(`${tool}: ${error.message}`)
    this.code = error.code
  }
}

/** One MCP client with a Baton server of its own, as every host has it. */
export class Connection {
  readonly #client: Client
  /** The server's process. */
  readonly pid: number

  private constructor(client: Client, pid: number) {
    this.#client = client
    this.pid = pid
  }

  /** Starts a server and shakes hands with it. `started` is told its pid before it can answer. */
  static async open(
    place: Place,
    name: string,
    started: (pid: number) => void = () => {},
  ): Promise<Connection> {
    const stderr = openSync(place.log, 'a', 0o600)
    try {
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [...process.execArgv, place.entry, '--db', place.db, '--log-level', 'warn'],
        stderr,
      })
      const client = new Client({ name, version })
      const connected = client.connect(transport)
      if (transport.pid !== null) started(transport.pid)
      await connected
      if (transport.pid === null) throw new Error('The server ended before its first answer.')
      return new Connection(client, transport.pid)
    } finally {
      closeSync(stderr)
    }
  }

  /**
   * Calls a tool; throws `Refused` when it says no. The type of the answer is what the caller knows of the tool:
   * the server holds every answer against the tool's schema.
   */
  async call<T>(tool: string, input: Readonly<Record<string, unknown>>): Promise<T> {
    const answer = await this.#client.callTool({ name: tool, arguments: input })
    const content = answer.structuredContent as T & { error?: { code: string; message: string } }
    if (answer.isError && content?.error) throw new Refused(tool, content.error)
    if (answer.isError || content === undefined)
      throw new Error(`${tool} gave no answer that a program can read.`)
    return content
  }

  /** Ends the server, as a host does that closes. */
  async close(): Promise<void> {
    await this.#client.close()
  }
}
