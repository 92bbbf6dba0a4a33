import { isDeepStrictEqual } from 'node:util'
import type { AnyTool } from '../tools/tool.ts'

const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/**
 * Throws unless a result is exactly what the tool declares: no field missing, none wrong, none undeclared (also
 * where the schema would strip it). Undefined fields are not sent and do not count.
 */
export function checkOutput(tool: AnyTool, result: unknown): void {
  const sent = asSent(result)
  const read = tool.output.safeParse(sent)
  if (!read.success) throw new Error(`${tool.name} answers against its output schema: ${read.error.message}`)
  if (isDeepStrictEqual(asSent(read.data), sent)) return
  throw new Error(`${tool.name} answers with fields that its output schema does not declare`)
}
