import { hash } from 'node:crypto'
import { Failure } from '../errors.ts'
import type { Hands } from './hands.ts'
import type { Runner, TurnOutcome } from './port.ts'

/** The connected client's own model, as MCP sampling offers it. */
export interface Sampler {
  /** False when the client did not say that it can. */
  readonly available: boolean
  ask(request: {
    readonly system: string
    readonly prompt: string
    readonly max_tokens: number
    readonly signal: AbortSignal
  }): Promise<{ readonly text: string; readonly model: string; readonly stop_reason: string | undefined }>
}

/** What one answer may take, tokens. */
const maxTokens = 4_096

/** What an agent with this runner needs that is not there, and what to use instead. */
export const cannotSample = (): Failure =>
  new Failure(
    'unsupported_by_client',
    'runner: the connected client offers no sampling, so it cannot take turns with its own model.',
    'Use runner "client" (this or another window claims the tasks), or "model" or "command" with a configuration.',
    { field: 'runner', instead: ['client', 'model', 'command'] },
  )

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Takes turns with the model of whoever is connected. A client may ask its user first, so it may take long. */
const samplingRunner = (sampler: Sampler, now: () => number): Runner => ({
  kind: 'sampling',
  run: async ({ persona, prompt }, { signal }): Promise<TurnOutcome> => {
    const started = now()
    const since = () => ({ duration_ms: Math.max(0, Math.round(now() - started)) })
    if (!sampler.available) {
      const error = 'The connected client offers no sampling.'
      return { ok: false, error, fault: 'unavailable', retryable: false, evidence: {}, metrics: since() }
    }
    try {
      const asked = { system: persona, prompt, max_tokens: maxTokens, signal }
      const { text, model, stop_reason } = await sampler.ask(asked)
      const evidence = {
        model,
        ...(stop_reason !== undefined && { stop_reason }),
        // Cut at the limit: whoever reads the result is told.
        ...(stop_reason === 'maxTokens' && { cut: true }),
        output_sha256: hash('sha256', text),
      }
      return { ok: true, result: parsed(text), evidence, metrics: since() }
    } catch (err) {
      if (signal.aborted) {
        const error = 'The turn was ended.'
        return { ok: false, error, fault: 'aborted', retryable: true, evidence: {}, metrics: since() }
      }
      // A user who declines, or a client that fails: its words stay in the log, its code is told.
      const { code } = err as { readonly code?: unknown }
      const error = `The client did not answer the sampling request${typeof code === 'number' ? ` (${code})` : ''}.`
      return { ok: false, error, fault: 'refused', retryable: true, evidence: {}, metrics: since() }
    }
  },
})

/**
 * A client answers one request after another, and its user may be asked: one turn at a time. `name` tells one connected
 * client from another.
 */
export const samplingHands = (sampler: Sampler, name: string, now: () => number): Hands => ({
  runner: samplingRunner(sampler, now),
  handFor: async (db, _agent, planned) => {
    if (!sampler.available) return { why: 'the connected client offers no sampling', missing: true }
    const key = `sampling:${name}`
    const running = (await db.tally(key, 'in_flight')) + (planned.get(key) ?? 0)
    if (running > 0) return { why: 'the client is answering another turn' }
    return { runner: 'sampling', name }
  },
})
