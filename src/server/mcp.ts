import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { instructions } from './instructions.ts'

/**
 * The protocol side of one connection, before any handler. The low-level `Server`, because `McpServer` drops
 * unknown arguments in silence, sends thrown errors word for word, and has no handler for subscriptions.
 */
export const createMcp = (version: string): Server =>
  new Server(
    { name: 'baton', title: 'Baton', version },
    {
      instructions,
      capabilities: {
        tools: {},
        resources: { subscribe: true, listChanged: true },
        prompts: {},
        completions: {},
      },
    },
  )
