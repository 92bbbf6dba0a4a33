import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Machine } from '../primitives/presence/alive.ts'
import type { PromptDef } from '../tools/prompt.ts'
import type { ResourceDef } from '../tools/resource.ts'
import { Session } from '../tools/session.ts'
import { Asking } from './asking.ts'
import { brief } from './brief.ts'
import { Calls } from './calls.ts'
import { serveCompletion } from './completion.ts'
import { elicitorOf } from './elicitor.ts'
import type { HandlerParts } from './handle.ts'
import { createMcp } from './mcp.ts'
import { Pipeline, type PipelineParts } from './pipeline.ts'
import { servePrompts } from './prompts.ts'
import { serveResources } from './resources.ts'
import { samplerOf } from './sampler.ts'
import { serveTools } from './tools.ts'

export interface ServerOptions extends PipelineParts {
  readonly resources: readonly ResourceDef[]
  readonly prompts: readonly PromptDef[]
  readonly version: string
  readonly transport: Transport
  /** The process that serves: recorded with signs of life. */
  readonly machine?: Machine
  /** Told once the connection is closed and none of its calls runs any more: what the session held can go back. */
  readonly onClose?: (session: Session) => Promise<void> | void
}

export interface Connection {
  readonly session: Session
  /** The client's own model. */
  readonly sampler: ReturnType<typeof samplerOf>
  /** Resolves after the connection has closed, for whatever reason, and `onClose` is done. Never rejects. */
  readonly closed: Promise<void>
  /** Ends the connection: its waits are cancelled, its calls finish unanswered. */
  close(): Promise<void>
}

/** Serves one MCP connection, which gets a session of its own. Resolves when the transport has started. */
export async function connectServer(options: ServerOptions): Promise<Connection> {
  const { store, newId, log, tools, resources, transport } = options
  const names = new Set(tools.map(({ name }) => name))
  const prompts = options.prompts.filter(({ needs = [] }) => needs.every((name) => names.has(name)))
  const server = createMcp(options.version, tools)
  const session = new Session(newId('ses'), options.machine)
  const calls = new Calls()
  const parts: HandlerParts = { server, newId, log }
  serveTools(parts, { tools, pipeline: new Pipeline(options), session, calls })
  const subscriptions = serveResources(parts, store, resources)
  servePrompts(parts, store, session, prompts)
  serveCompletion(parts, store, { prompts, resources })

  const asking = new Asking({ store, newId, log, session, elicitor: elicitorOf(server) })
  server.oninitialized = () => {
    const { name, version } = server.getClientVersion() ?? { name: 'unknown', version: '' }
    session.client = brief(`${name} ${version}`.trim(), 100)
    asking.begin()
  }
  // The SDK quotes the whole message that it could not use.
  server.onerror = ({ message }) =>
    log.warn({ session: session.id, problem: brief(message, 500) }, 'protocol error')
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve
  }).then(async () => {
    asking.close()
    subscriptions.close()
    await calls.settled()
    try {
      await options.onClose?.(session)
    } catch (err) {
      log.error({ session: session.id, err }, 'a closed session could not be cleaned up')
    }
  })
  await server.connect(transport)
  return {
    session,
    sampler: samplerOf(server),
    closed,
    close: async () => {
      await server.close()
      await closed
    },
  }
}
