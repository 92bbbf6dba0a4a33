import type { Tool as ListedTool, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import type { AnyTool, Effect } from '../tools/tool.ts'
import { jsonSchema } from './json-schema.ts'

/** All four hints, because an unset one reads as destructive and open-world. */
const hints: Readonly<Record<Effect, ToolAnnotations>> = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  write: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  destructive: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
}

/**
 * What a tool answers. Nothing at the top is required: SDK clients hold a failure's `{error}` against this schema too,
 * and would throw their own message instead of showing ours.
 */
const outputSchema = (output: AnyTool['output']): NonNullable<ListedTool['outputSchema']> => {
  const { required: _, ...schema } = jsonSchema(output, 'output')
  return schema as NonNullable<ListedTool['outputSchema']>
}

const listed = ({ name, title, description, effect, input, output }: AnyTool): ListedTool => ({
  name,
  title,
  description,
  inputSchema: jsonSchema(input, 'input') as ListedTool['inputSchema'],
  outputSchema: outputSchema(output),
  annotations: hints[effect],
})

declare const __BATON_LISTING__: string | undefined

/**
 * The descriptions of all tools by name, as JSON that the build has put in: to describe them takes a twentieth of the
 * time until a client knows them. Empty where the source runs unbuilt.
 */
let built: Readonly<Record<string, ListedTool>> | undefined

const listings = new WeakMap<AnyTool, ListedTool>()

/** What tools/list answers, in the order given. Each tool is described once in a process, when first asked for. */
export const listTools = (tools: readonly AnyTool[]): ListedTool[] => {
  built ??= typeof __BATON_LISTING__ === 'undefined' ? {} : JSON.parse(__BATON_LISTING__)
  return tools.map((tool) => {
    const known = listings.get(tool) ?? built?.[tool.name] ?? listed(tool)
    listings.set(tool, known)
    return known
  })
}
