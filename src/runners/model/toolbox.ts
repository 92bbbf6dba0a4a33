import type { ToolSet } from 'ai'
import type { Log } from '../../telemetry/log.ts'
import { library } from './library.ts'

/** A tool that a model agent may call. Each call is made under the agent's own identity: the integration binds it. */
export interface AgentTool {
  readonly name: string
  readonly description: string
  /** JSON schema of the arguments. `call` checks them itself: what a model sends may be anything. */
  readonly input_schema: Readonly<Record<string, unknown>>
  /** `signal`: the turn is over, and nobody waits for the answer any more. */
  call(args: unknown, signal: AbortSignal): Promise<ToolAnswer>
}

export interface ToolAnswer {
  readonly text: string
  readonly isError: boolean
}

/** The tools as the library takes them. An error is thrown to it as its text, and goes back to the model. */
export async function toolSet(
  tools: readonly AgentTool[],
  signal: AbortSignal,
  log: Pick<Log, 'warn'> | undefined,
): Promise<ToolSet> {
  const { jsonSchema, tool } = await library()
  return Object.fromEntries(
    tools.map((each) => [
      each.name,
      tool({
        description: each.description,
        inputSchema: jsonSchema<unknown>(each.input_schema),
        execute: async (args: unknown) => {
          const { text, isError } = await answerOf(each, args, signal, log)
          if (isError) throw new Error(text)
          return text
        },
      }),
    ]),
  )
}

const answerOf = async (
  tool: AgentTool,
  args: unknown,
  signal: AbortSignal,
  log: Pick<Log, 'warn'> | undefined,
): Promise<ToolAnswer> => {
  try {
    return await tool.call(args, signal)
  } catch (error) {
    log?.warn({ err: error, tool: tool.name }, 'a tool of a model agent failed')
    return { text: `${tool.name} failed for a reason of its own.`, isError: true }
  }
}
