/** One place where a model answers. */
export interface ModelEndpoint {
  readonly name: string
  readonly protocol: 'openai' | 'anthropic'
  readonly base_url: string
  readonly model: string
  /** Name of the environment variable that holds the key, never the key. Null: none is sent. */
  readonly api_key_env: string | null
  /** Endpoints of one group share its load. */
  readonly group: string | null
  readonly kind: 'gpu' | 'cpu' | 'api' | null
  /** What it is good at, `code` or `text` for instance. None: it is a generalist. */
  readonly specialities: readonly string[]
  readonly price: { readonly input_per_million_usd: number; readonly output_per_million_usd: number } | null
  readonly max_output_tokens: number
  readonly timeout_ms: number
  /** The most turns at once. */
  readonly concurrency: number
}
