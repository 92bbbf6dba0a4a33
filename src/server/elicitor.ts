import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js'

/** How long the client's user may take over one question, ms. After that it stays in the list. */
const patience = 3_600_000

/** A form of texts and choices, as MCP lets servers ask for it. */
export interface Form {
  readonly message: string
  readonly fields: Readonly<
    Record<
      string,
      {
        readonly title: string
        readonly description?: string
        readonly choices?: readonly string[]
        readonly required?: boolean
      }
    >
  >
}

/** What the person made of it. Undefined: they declined or closed it, or the client could not ask. */
type FormAnswer = Readonly<Record<string, string>> | undefined

/**
 * The person in front of the connected client. Their answer is checked here, field by field: the SDK would load a whole
 * JSON schema validator for it, which the build leaves out (build.mjs), so its own elicitInput is not called.
 */
export const elicitorOf = (server: Server) => ({
  get available(): boolean {
    const given = server.getClientCapabilities()?.elicitation
    // A client that says no mode has forms: they came first.
    return given !== undefined && (given.form !== undefined || given.url === undefined)
  },

  /**
   * Sends a ping as the first request. Clients of SDK 1.32 overlook that a request is cancelled when its id is 0, the
   * first one: a question that was answered elsewhere would stay on the screen.
   */
  async warmUp(): Promise<void> {
    await server.ping().catch(() => undefined)
  },

  async ask({ message, fields }: Form, signal: AbortSignal): Promise<FormAnswer> {
    const properties = Object.fromEntries(
      Object.entries(fields).map(([name, { title, description, choices }]) => [
        name,
        { type: 'string', title, ...(description && { description }), ...(choices && { enum: choices }) },
      ]),
    )
    const required = Object.keys(fields).filter((name) => fields[name]?.required)
    const params = { mode: 'form', message, requestedSchema: { type: 'object', properties, required } }
    const options = { signal, timeout: patience }
    const answer = await server.request({ method: 'elicitation/create', params }, ElicitResultSchema, options)
    return answer.action === 'accept' ? fitting(fields, answer.content ?? {}) : undefined
  },
})

/** The texts of an answer that fit the form; undefined when a required one does not. */
const fitting = (fields: Form['fields'], content: object): FormAnswer => {
  const answer: Record<string, string> = {}
  for (const [name, { choices, required }] of Object.entries(fields)) {
    const said: unknown = Object.hasOwn(content, name) ? content[name as keyof typeof content] : undefined
    if (typeof said === 'string' && said !== '' && (!choices || choices.includes(said))) answer[name] = said
    else if (required) return undefined
  }
  return answer
}
