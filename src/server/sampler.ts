import type { Server } from '@modelcontextprotocol/sdk/server/index.js'

/** How long the client's user may take over one request, ms. */
const patience = 600_000

/** The client's own model. What it needs of MCP; it is a port of the sampling runner, which knows nothing of the SDK. */
export const samplerOf = (server: Server) => ({
  get available(): boolean {
    return server.getClientCapabilities()?.sampling !== undefined
  },

  async ask(request: {
    readonly system: string
    readonly prompt: string
    readonly max_tokens: number
    readonly signal: AbortSignal
  }) {
    const { system, prompt, max_tokens, signal } = request
    const message = { role: 'user', content: { type: 'text', text: prompt } } as const
    const answer = await server.createMessage(
      { messages: [message], systemPrompt: system, maxTokens: max_tokens },
      { signal, timeout: patience },
    )
    const blocks = Array.isArray(answer.content) ? answer.content : [answer.content]
    const text = blocks.map((block) => (block.type === 'text' ? block.text : '')).join('')
    return { text, model: answer.model, stop_reason: answer.stopReason }
  },
})
