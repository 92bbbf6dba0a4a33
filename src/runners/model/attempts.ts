import { setTimeout as delay } from 'node:timers/promises'
import type { LanguageModelMiddleware } from 'ai'
import { brokenOff, type Circumstances, diagnosis } from './diagnosis.ts'
import { Trouble, type TroubleTold } from './trouble.ts'

/** What the library's stream of one request is made of. */
type StreamResult = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapStream']>>>
type Parts = StreamResult['stream']
type Part = Parts extends ReadableStream<infer P> ? P : never

/** One attempt that failed, for the evidence. */
export interface FailedAttempt {
  readonly attempt: number
  readonly fault: TroubleTold['fault']
  readonly problem: string
  readonly http_status?: number
  /** Before the next attempt, ms; absent when there was none. */
  readonly waited_ms?: number
}

export interface Attempts {
  /** Requests sent in this turn. */
  sent: number
  readonly failed: FailedAttempt[]
  /** As the endpoint itself numbers its last answer. */
  responseId: string | undefined
}

export interface Patience {
  readonly signal: AbortSignal
  /** Of the turn, ms. */
  timeLeft(): number
  now(): number
  random(): number
  readonly keyEnv: Circumstances['keyEnv']
  readonly secrets: Circumstances['secrets']
  /** That the endpoint last answered with. */
  status(): Circumstances['status']
}

/** Attempts at one request: the calls of tools that lie behind are not made again. */
const mostAttempts = 3
const firstDelay = 500
const longestDelay = 8_000

/**
 * Sends a request again while nothing of its answer has come. It waits what the other side asks for; else a random part
 * of a doubling delay ("full jitter": M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog 2015). A wait
 * that does not fit the time left is not begun. Every error comes out as `Trouble`.
 */
export const retrying = (patience: Patience, attempts: Attempts): LanguageModelMiddleware => ({
  specificationVersion: 'v3',
  wrapStream: async ({ doStream }) => {
    for (let attempt = 1; ; attempt++) {
      attempts.sent++
      try {
        const result = await doStream()
        return { ...result, stream: watched(await begun(result.stream), patience, attempts) }
      } catch (error) {
        // Ended from outside: there is nothing to tell of the other side.
        if (patience.signal.aborted) throw error
        const told = tell(error, patience)
        const wait = told.retry_after_ms ?? backoff(attempt, patience.random)
        const over = !told.again || attempt >= mostAttempts
        if (over || wait >= patience.timeLeft()) {
          note(attempts, told)
          throw new Trouble(told)
        }
        note(attempts, told, wait)
        await delay(wait, undefined, { signal: patience.signal })
      }
    }
  },
})

const backoff = (attempt: number, random: () => number): number =>
  Math.ceil(random() * Math.min(longestDelay, firstDelay * 2 ** (attempt - 1)))

const tell = (error: unknown, { now, keyEnv, status, secrets }: Patience): TroubleTold =>
  diagnosis(error, { now: now(), keyEnv, status: status(), secrets })

const note = (attempts: Attempts, told: TroubleTold, waited?: number): void => {
  attempts.failed.push({
    attempt: attempts.sent,
    fault: told.fault,
    problem: told.problem,
    ...(told.http_status !== undefined && { http_status: told.http_status }),
    ...(waited !== undefined && { waited_ms: waited }),
  })
}

/** Parts that come before anything of an answer. */
const preface = new Set(['stream-start', 'response-metadata', 'raw', 'text-start', 'reasoning-start'])

interface Begun {
  readonly first: readonly Part[]
  readonly rest: ReadableStreamDefaultReader<Part>
}

/** Reads until something of the answer is there; throws what came instead. */
const begun = async (stream: Parts): Promise<Begun> => {
  const rest = stream.getReader()
  const first: Part[] = []
  try {
    for (;;) {
      const { done, value } = await rest.read()
      if (done) throw new Trouble(brokenOff())
      if (value.type === 'error') throw value.error
      first.push(value)
      if (!preface.has(value.type)) return { first, rest }
    }
  } catch (error) {
    await rest.cancel().catch(() => undefined)
    throw error
  }
}

/** Hands the answer on, and fails when it ends without saying that it has ended. */
const watched = ({ first, rest }: Begun, patience: Patience, attempts: Attempts): Parts => {
  const waiting = [...first]
  let finished = false
  const fail = (error: unknown): unknown => {
    if (patience.signal.aborted) return error
    const told = { ...tell(error, patience), again: false }
    note(attempts, told)
    return new Trouble(told)
  }
  return new ReadableStream<Part>({
    async pull(controller) {
      let part = waiting.shift()
      if (!part) {
        const read = await rest.read().catch((error: unknown) => ({ error }))
        if ('error' in read) return controller.error(fail(read.error))
        if (read.done) return finished ? controller.close() : controller.error(fail(new Trouble(brokenOff())))
        part = read.value
      }
      if (part.type === 'error') {
        await rest.cancel().catch(() => undefined)
        return controller.error(fail(part.error))
      }
      if (part.type === 'response-metadata') attempts.responseId = part.id
      if (part.type === 'finish') {
        if (part.finishReason.raw === undefined) return controller.error(fail(new Trouble(brokenOff())))
        finished = true
      }
      controller.enqueue(part)
    },
    cancel: (reason) => rest.cancel(reason),
  })
}
