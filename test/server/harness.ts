import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { onTestFinished } from 'vitest'
import type { FailureReport } from '../../src/errors.ts'
import { type Connection, connectServer, type ServerOptions } from '../../src/server/serve.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { FakeStore } from './fake-store.ts'
import { Lines } from './lines.ts'

export interface Joined {
  readonly client: Client
  readonly connection: Connection
  readonly store: FakeStore
  readonly log: Lines
}

/** A client and a server in this process, over a fake store unless the test brings its own. */
export async function join(options: Partial<ServerOptions> = {}): Promise<Joined> {
  const [here, there] = InMemoryTransport.createLinkedPair()
  const store = new FakeStore()
  const log = new Lines()
  let id = 0
  const connection = await connectServer({
    store,
    tools: [],
    resources: [],
    prompts: [],
    newId: (prefix) => `${prefix}_${++id}`,
    clock: Date.now,
    log: createLog('debug', log),
    version: '1.2.3',
    checksOutput: true,
    transport: there,
    ...options,
  })
  const client = new Client({ name: 'fence-painter', version: '9.9' })
  await client.connect(here)
  onTestFinished(() => client.close())
  return { client, connection, store, log }
}

/** Calls a tool and answers its result with the text in one string. */
export async function call(client: Client, name: string, args?: unknown): Promise<Answer> {
  const params = { name, arguments: args as Record<string, unknown> }
  const result = (await client.callTool(params)) as {
    content: { text: string }[]
    structuredContent: Record<string, unknown>
    isError?: boolean
  }
  const text = result.content.map((content) => content.text).join('\n')
  const error = result.structuredContent.error as FailureReport | undefined
  return { text, structured: result.structuredContent, isError: result.isError, error }
}

export interface Answer {
  readonly text: string
  readonly structured: Record<string, unknown>
  readonly isError: boolean | undefined
  readonly error: FailureReport | undefined
}
