import type { Tx } from '../../../src/kernel/ports.ts'
import { noteOutcome } from '../../../src/primitives/breaker/commands/guard.ts'
import { countsAs } from '../../../src/primitives/breaker/terms.ts'
import type { Candidate } from '../../../src/primitives/model/choose.ts'
import { noteAnswer } from '../../../src/primitives/model/commands/note.ts'
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

/** Tells registry and breaker how a turn went, as whoever executes turns does. */
export const went = async (
  tx: Tx,
  name: string,
  turn: string,
  failed?: { readonly fault: string; readonly status?: number },
): Promise<void> => {
  const counted = failed ? countsAs(failed.fault, failed.status) : true
  const failure = failed && { error: failed.fault, ...(counted === false && { counted }) }
  await noteAnswer(tx, name, { ok: !failed, ms: 5, ...failure, turn })
  await noteOutcome(tx, `model:${name}`, { turn, ok: !failed, counted, ...(failed && { why: failed.fault }) })
}
