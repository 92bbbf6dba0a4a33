import type { Tool as ListedTool, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import type { AnyTool, Effect } from '../tools/tool.ts'
import { jsonSchema } from './json-schema.ts'

/** All four hints, because an unset one reads as destructive and open-world. */
const hints: Readonly<Record<Effect, ToolAnnotations>> = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  write: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  destructive: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
}

const listed = ({ name, title, description, effect, input, output }: AnyTool): ListedTool => ({
  name,
  title,
  description,
  inputSchema: jsonSchema(input, 'input') as ListedTool['inputSchema'],
  outputSchema: jsonSchema(output, 'output') as NonNullable<ListedTool['outputSchema']>,
  annotations: hints[effect],
})

const listings = new WeakMap<AnyTool, ListedTool>()

/** What tools/list answers, in the order given. Each tool is described once in a process, when first asked for. */
export const listTools = (tools: readonly AnyTool[]): ListedTool[] =>
  tools.map((tool) => {
    const known = listings.get(tool) ?? listed(tool)
    listings.set(tool, known)
    return known
  })
