import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { AnyTool } from '../tools/tool.ts'
import { instructionsFor } from './instructions.ts'

/**
 * The protocol side of one connection, before any handler. The low-level `Server`, because `McpServer` drops
 * unknown arguments in silence, sends thrown errors word for word, and has no handler for subscriptions.
 */
export const createMcp = (version: string, tools: readonly AnyTool[]): Server =>
  new Server(
    { name: 'baton', title: 'Baton', version },
    {
      instructions: instructionsFor(tools.map(({ name }) => name)),
      capabilities: {
        tools: {},
        resources: { subscribe: true, listChanged: true },
        prompts: {},
        completions: {},
      },
    },
  )
