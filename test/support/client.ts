import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { ClientCapabilities, Progress } from '@modelcontextprotocol/sdk/types.js'
import { onTestFinished } from 'vitest'
import type { OpenWorkshop } from '../../src/compose/workshop.ts'
import type { FailureReport } from '../../src/errors.ts'
import { newId } from '../../src/ids.ts'
import type { Clock, Store } from '../../src/kernel/ports.ts'
import { schema, streams } from '../../src/primitives/index.ts'
import type { Machine } from '../../src/primitives/presence/alive.ts'
import { type Connection, connectServer } from '../../src/server/serve.ts'
import { SqliteStore } from '../../src/storage/sqlite/store.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { closeSession } from '../../src/tools/closing.ts'
import { tools } from '../../src/tools/index.ts'
import { prompts } from '../../src/tools/prompts.ts'
import { resources } from '../../src/tools/resources.ts'
import type { AnyTool } from '../../src/tools/tool.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers whose shape each of them knows
export type Answer = any

/** A refusal, as a test meets it: `await expect(call(…)).rejects.toMatchObject({ code: 'conflict' })`. */
class Refused extends Error {
  readonly code: string
  readonly report: FailureReport

  constructor(report: FailureReport) {
    super(`${report.code}: ${report.message}`)
    this.code = report.code
    this.report = report
  }
}

export interface BatonOptions {
  /** Several on one file are several servers on one database. Default: a file of its own. */
  readonly file?: string
  readonly clock?: Clock
  readonly tools?: readonly AnyTool[]
  readonly machine?: Machine
  /** What the server executes by itself; nothing when left out. Closed before its store. */
  readonly workshop?: (store: Store) => OpenWorkshop
  /** What the client says that it can do, and what it does when asked. */
  readonly capabilities?: ClientCapabilities
  readonly prepare?: (client: Client) => void
}

export interface TestBaton {
  readonly client: Client
  readonly connection: Connection
  readonly file: string
  readonly store: Store
  /** Calls a tool: its structuredContent, or a `Refused` thrown. */
  call(name: string, args?: object, options?: CallOptions): Promise<Answer>
  /** Calls a tool: its text. */
  say(name: string, args?: object): Promise<string>
  /** What went wrong inside, and was answered as `internal` or `busy`. */
  readonly faults: readonly unknown[]
  /** Ends the connection and the store. */
  close(): Promise<void>
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onprogress?: (progress: Progress) => void
}

interface Result {
  readonly content: readonly { readonly text: string }[]
  readonly structuredContent: Record<string, unknown>
  readonly isError?: boolean
}

/** A new directory for one test, gone after it; the path of a database file in it. */
export const tempFile = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'baton-test-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'baton.db')
}

/** A client connected to a server of its own over a real file: all of Baton but the process. */
export const startBaton = async (options: BatonOptions = {}): Promise<TestBaton> => {
  const { file = tempFile(), clock = Date.now } = options
  const faults: unknown[] = []
  const onFault = (fault: unknown) => faults.push(fault)
  const store = new SqliteStore({ file, durability: 'normal', streams, schema, clock, newId, onFault })
  const workshop = options.workshop?.(store)
  const [here, there] = InMemoryTransport.createLinkedPair()
  const connection = await connectServer({
    store,
    tools: options.tools ?? tools,
    resources,
    prompts,
    newId,
    clock,
    log: createLog('silent'),
    version: '0.0.0-test',
    checksOutput: true,
    transport: there,
    ...(options.machine && { machine: options.machine }),
    workshop,
    onClose: (session) => closeSession(store, session),
  })
  const client = new Client({ name: 'test', version: '1' }, { capabilities: options.capabilities ?? {} })
  options.prepare?.(client)
  await client.connect(here)
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= (async () => {
      await client.close()
      await connection.closed
      await workshop?.close()
      await store.close()
    })()
    return closing
  }
  onTestFinished(close)
  const ask = async (name: string, args: object = {}, more: CallOptions = {}): Promise<Result> => {
    const params = { name, arguments: args as Record<string, unknown> }
    return (await client.callTool(params, undefined, { timeout: 60_000, ...more })) as unknown as Result
  }
  return {
    client,
    connection,
    file,
    store,
    faults,
    close,
    call: async (name, args, more) => {
      const result = await ask(name, args, more)
      if (result.isError) throw new Refused(result.structuredContent.error as FailureReport)
      return result.structuredContent
    },
    say: async (name, args) => {
      const { content } = await ask(name, args)
      return content.map(({ text }) => text).join('\n')
    },
  }
}
