import type { ToolSet } from 'ai'
import type { Log } from '../../telemetry/log.ts'
import { library } from './library.ts'

/** A tool that a model agent may call. Each call is made under the agent's own identity: the integration binds it. */
export interface AgentTool {
  readonly name: string
  readonly description: string
  /** JSON schema of the arguments. `call` checks them itself: what a model sends may be anything. */
  readonly input_schema: Readonly<Record<string, unknown>>
  call(args: unknown): Promise<{ readonly text: string; readonly isError: boolean }>
}

/** The tools as the library takes them. An error is thrown to it as its text, and goes back to the model. */
export async function toolSet(
  tools: readonly AgentTool[],
  log: Pick<Log, 'warn'> | undefined,
): Promise<ToolSet> {
  const { jsonSchema, tool } = await library()
  return Object.fromEntries(
    tools.map(({ name, description, input_schema, call }) => [
      name,
      tool({
        description,
        inputSchema: jsonSchema<unknown>(input_schema),
        execute: async (args: unknown) => {
          const answer = await call(args).catch((error: unknown) => {
            log?.warn({ err: error, tool: name }, 'a tool of a model agent failed')
            return { text: `${name} failed for a reason of its own.`, isError: true }
          })
          if (answer.isError) throw new Error(answer.text)
          return answer.text
        },
      }),
    ]),
  )
}
