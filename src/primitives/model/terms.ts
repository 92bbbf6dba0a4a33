/** What is spoken at an endpoint: OpenAI's chat completions, or Anthropic's messages. */
export const modelProtocols = ['openai', 'anthropic'] as const
export type ModelProtocol = (typeof modelProtocols)[number]

export interface TokenPrice {
  readonly input_per_million_usd: number
  readonly output_per_million_usd: number
}

/** Paid by the time that its machine is rented and powered. `watts` and `usd_per_kwh` stand together. */
export interface TimePrice {
  readonly usd_per_hour: number
  /** What it reads and writes, all requests together, when it is busy. */
  readonly tokens_per_s: number
  readonly watts?: number | undefined
  readonly usd_per_kwh?: number | undefined
}

export type ModelPrice = TokenPrice | TimePrice

/** One place where a model answers. It holds the name of its key's environment variable, never the key. */
export interface ModelEndpoint {
  readonly name: string
  readonly protocol: ModelProtocol
  /** As the protocol's own clients take it: `http://127.0.0.1:11434/v1`, `https://api.anthropic.com`. */
  readonly base_url: string
  readonly model: string
  readonly api_key_env: string | null
  /** Endpoints of one group share the load. */
  readonly group: string | null
  readonly kind: 'gpu' | 'cpu' | 'api' | null
  readonly specialities: readonly string[]
  readonly price: ModelPrice | null
  readonly max_output_tokens: number
  /** For a whole turn: all attempts, and the calls of tools between them. */
  readonly timeout_ms: number
  /** How it answers: `report`: with the result and what it says of that. Without it, with the result alone. */
  readonly output?: 'report'
  /** Turns at a time. */
  readonly concurrency: number
}

/** What an endpoint that was registered by tool may name. */
export interface EndpointAllowance {
  /** Each a host (`llm.example.com`, `[::1]`), a host with its port (`llm.example.com:8080`) or an IPv4 range (`127.0.0.0/8`). */
  readonly hosts: readonly string[]
  /** Environment variables that may be sent to these hosts as keys. */
  readonly key_names: readonly string[]
}

/** Without a word from the owner: this machine, and no key. */
export const defaultAllowance: EndpointAllowance = {
  hosts: ['localhost', '127.0.0.0/8', '[::1]'],
  key_names: [],
}
