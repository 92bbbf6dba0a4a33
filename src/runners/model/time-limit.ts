export interface TimeLimit {
  /** Aborted by `outer`, when the time is over, and by `end`. */
  readonly signal: AbortSignal
  readonly over: boolean
  /** Rejects when `signal` is aborted. */
  readonly reached: Promise<never>
  /** Lets the timer go, and whatever still listens to `signal`, such as a connection; to be called whatever happened. */
  end(): void
}

/** A longer one fires at once. */
const longestTimer = 2 ** 31 - 1

/** Not `AbortSignal.any` over `AbortSignal.timeout`: Node 20 may collect such a pair before it fires. */
export function timeLimit(ms: number, outer?: AbortSignal): TimeLimit {
  const controller = new AbortController()
  let over = false
  const timer = setTimeout(
    () => {
      over = true
      controller.abort(new DOMException('The time is over.', 'TimeoutError'))
    },
    Math.min(ms, longestTimer),
  )
  const leave = () => controller.abort(outer?.reason)
  if (outer?.aborted) leave()
  else outer?.addEventListener('abort', leave, { once: true })
  const reached = new Promise<never>((_, reject) => {
    if (controller.signal.aborted) reject(controller.signal.reason)
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  // Nobody need wait for it.
  reached.catch(() => undefined)
  return {
    reached,
    signal: controller.signal,
    get over() {
      return over
    },
    end: () => {
      clearTimeout(timer)
      outer?.removeEventListener('abort', leave)
      controller.abort(new DOMException('Nobody waits for it any more.', 'AbortError'))
    },
  }
}
