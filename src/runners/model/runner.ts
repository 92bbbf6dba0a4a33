import type { Failure } from '../../errors.ts'
import type { ModelEndpoint } from '../../primitives/model/terms.ts'
import type { Log } from '../../telemetry/log.ts'
import { envelopeIn } from '../envelope.ts'
import type { Evidence, Metrics, Runner, Turn, TurnIo, TurnOutcome } from '../port.ts'
import { redact, redactStream } from '../redact.ts'
import { resultOf } from './answer.ts'
import { type Course, converse } from './conversation.ts'
import { type Circumstances, diagnosis } from './diagnosis.ts'
import { courseOf, endingOf } from './evidence.ts'
import { guardedFetch } from './guard.ts'
import { timeLimit } from './time-limit.ts'
import type { AgentTool } from './toolbox.ts'
import type { TroubleTold } from './trouble.ts'
import { spentOn } from './usage.ts'

export interface ModelRunnerParts {
  /** Which endpoint takes the turn, or why none does. */
  endpointOf(turn: Pick<Turn, 'by'>): Promise<ModelEndpoint | Failure> | ModelEndpoint | Failure
  /** The value of an environment variable that holds a key. */
  keyOf(envName: string): string | undefined
  /** Epoch ms. */
  now(): number
  /** 0 ≤ x < 1. */
  random(): number
  readonly log?: Pick<Log, 'debug' | 'warn'>
  /** The tools that the turn's agent may call; none without it. */
  agentTools?(turn: Turn): readonly AgentTool[]
}

type Failed = Extract<TurnOutcome, { ok: false }>
type Wrong = Pick<TroubleTold, 'problem' | 'retryable' | 'retry_after_ms'> & {
  readonly fault: Failed['fault']
}

/**
 * Takes turns at model endpoints. The persona is the system prompt, the turn's prompt the user's. An answer that ends at
 * `max_output_tokens` counts, with `cut: true` in its evidence, because what was said was said whole and the task's own
 * checks decide whether it is enough; a stream that breaks off never does.
 */
export const modelRunner = (parts: ModelRunnerParts): Runner => ({
  kind: 'model',
  formOf: async (turn) => {
    try {
      const endpoint = await parts.endpointOf(turn)
      return endpoint instanceof Error ? 'plain' : (endpoint.output ?? 'plain')
    } catch {
      // The turn will meet the same, and say it.
      return 'plain'
    }
  },
  run: async (turn, io) => {
    const began = parts.now()
    try {
      const endpoint = await parts.endpointOf(turn)
      if (endpoint instanceof Error) return notBegun(`${endpoint.message} ${endpoint.hint}`, {})
      const key = endpoint.api_key_env === null ? undefined : parts.keyOf(endpoint.api_key_env)?.trim()
      if (endpoint.api_key_env !== null && !key) {
        return notBegun(
          `Model endpoint "${endpoint.name}" needs a key, and the environment variable ${endpoint.api_key_env} is not set.`,
          { endpoint: endpoint.name },
        )
      }
      const outcome = await turnAt(endpoint, key, turn, io, parts, began)
      const clean = redact(outcome, key === undefined ? [] : [key])
      if (!clean.ok) parts.log?.debug({ turn: turn.id, ...clean.evidence }, clean.error)
      return clean
    } catch (error) {
      parts.log?.warn({ err: error, turn: turn.id }, 'a turn at a model failed inside')
      return notBegun('The turn failed inside Baton; its log says more.', {})
    }
  },
})

const turnAt = async (
  endpoint: ModelEndpoint,
  key: string | undefined,
  turn: Turn,
  io: TurnIo,
  parts: ModelRunnerParts,
  began: number,
): Promise<TurnOutcome> => {
  const course: Course = { attempts: { sent: 0, failed: [], responseId: undefined }, tokens: [], called: [] }
  let status: number | undefined
  const tools = parts.agentTools?.(turn) ?? []
  const limit = timeLimit(endpoint.timeout_ms, io.signal)
  const passed = () => parts.now() - began
  const secrets = key === undefined ? [] : [key]
  const said = tail(secrets, io)
  const account = (): { evidence: Evidence; metrics: Metrics } => {
    const { metrics, implausible } = spentOn(course.tokens, passed(), endpoint.price)
    const evidence = courseOf(endpoint, course, status, metrics.duration_ms)
    return { evidence: { ...evidence, ...(implausible && { usage: 'implausible' }) }, metrics }
  }
  try {
    const talk = converse(
      {
        turn,
        endpoint,
        key,
        fetch: guardedFetch({
          baseUrl: endpoint.base_url,
          onStatus: (seen) => {
            status = seen
          },
        }),
        tools,
        patience: {
          signal: limit.signal,
          timeLeft: () => endpoint.timeout_ms - passed(),
          now: parts.now,
          random: parts.random,
          keyEnv: endpoint.api_key_env,
          status: () => status,
          secrets,
        },
        log: parts.log,
        said,
      },
      course,
    )
    // Whatever the library or a tool may still be waiting for, the turn is over when its time is.
    const spoken = await Promise.race([talk, limit.reached])
    const text = redact(spoken.text, secrets)
    const { evidence: facts, metrics } = account()
    const evidence = { ...facts, ...endingOf(spoken.finish_reason, text) }
    if (turn.form === 'plain') return { ok: true, result: resultOf(text), evidence, metrics }
    const envelope = envelopeIn(text)
    if (envelope.ok) return { ok: true, result: envelope.result, own: envelope.own, evidence, metrics }
    const error = `Model endpoint "${endpoint.name}" gave no report that counts: ${envelope.error}${evidence.cut ? ' (the answer ended at max_output_tokens)' : ''}.`
    return { ok: false, error, fault: 'bad_answer', retryable: true, evidence, metrics }
  } catch (error) {
    const trouble = io.signal.aborted
      ? stopped
      : limit.over
        ? tooLate(endpoint)
        : told(error, endpoint, { now: parts.now(), status, secrets })
    return {
      ok: false,
      error: `Model endpoint "${endpoint.name}" ${trouble.problem}.`,
      fault: trouble.fault,
      retryable: trouble.retryable,
      ...(trouble.retry_after_ms !== undefined && { retryAfterMs: trouble.retry_after_ms }),
      ...account(),
    }
  } finally {
    limit.end()
  }
}

const told = (error: unknown, endpoint: ModelEndpoint, rest: Omit<Circumstances, 'keyEnv'>): Wrong =>
  diagnosis(error, { ...rest, keyEnv: endpoint.api_key_env })

const stopped: Wrong = { fault: 'aborted', problem: 'was left before it had answered', retryable: true }

const tooLate = ({ timeout_ms }: ModelEndpoint): Wrong => ({
  fault: 'timeout',
  problem: `did not answer within ${timeout_ms} ms`,
  retryable: true,
})

const notBegun = (error: string, evidence: Evidence): Failed => ({
  ok: false,
  error,
  fault: 'unavailable',
  retryable: false,
  evidence,
  metrics: { duration_ms: 0 },
})

/** Characters of what was said last that a watcher is shown. */
const shown = 120

/** Tells progress by the end of what was said so far, on one line. */
const tail = (secrets: readonly string[], io: TurnIo): ((piece: string) => void) => {
  const clean = redactStream(secrets)
  let end = ''
  return (piece) => {
    const more = clean(piece)
    if (more === '') return
    end = (end + more).slice(-shown)
    io.progress(end.replace(/\s+/g, ' ').trim())
  }
}
