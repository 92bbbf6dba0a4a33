import type { Candidate } from '../../../src/primitives/model/choose.ts'
import type { ModelEndpoint } from '../../../src/primitives/model/terms.ts'

export const endpoint = (name: string, more: Partial<ModelEndpoint> = {}): ModelEndpoint => ({
  name,
  protocol: 'openai',
  base_url: `http://127.0.0.1:11434/${name}`,
  model: 'llama3.2',
  api_key_env: null,
  group: null,
  kind: 'gpu',
  specialities: [],
  price: null,
  max_output_tokens: 4_096,
  timeout_ms: 10_000,
  concurrency: 4,
  ...more,
})

export const candidate = (
  name: string,
  more: Partial<Omit<Candidate, 'endpoint'>> = {},
  of: Partial<ModelEndpoint> = {},
): Candidate => ({
  endpoint: endpoint(name, of),
  in_flight: 0,
  breaker: { state: 'closed' },
  health: 'healthy',
  answered_seq: null,
  ...more,
})
