import { Failure } from '../errors.ts'
import type { Clock, Store } from '../kernel/ports.ts'
import type { Wait, WaitFor } from '../tools/tool.ts'
import { Latch } from './latch.ts'
import type { Progress } from './progress.ts'

/** Signs of life while a wait lasts, ms: hosts give up on a call that is silent for longer. */
const heartbeat = 5_000
/** A moment that has come and changed nothing is asked about again after this long, ms, so that it cannot spin. */
const overdue = 100
/** The longest delay a timer takes, ms; beyond it Node fires at once. */
const longest = 2 ** 31 - 1

export interface WaitParts {
  readonly store: Pick<Store, 'listen'>
  readonly clock: Clock
  /** The client cancelled the call, or its connection ended. */
  readonly signal: AbortSignal
  readonly progress: Progress
}

const cancelled = (): Failure =>
  new Failure('busy', 'The client cancelled this call.', 'Nothing is lost: call again with the same cursor.')

/** The waiting of one call. */
export const waiter = (parts: WaitParts): Wait => ({
  until: (options) => until(parts, options),
  progress: (message, fraction) => parts.progress.tell(message, fraction),
})

/** An answer that arrives after the cancellation is still returned: what it did is done. */
async function until<T>(parts: WaitParts, awaited: WaitFor<T>): Promise<T | undefined> {
  const { signal } = parts
  if (signal.aborted) throw cancelled()
  if (awaited.timeoutMs <= 0) return awaited.attempt()
  const latch = new Latch()
  const deadline = { passed: false }
  const clean = watch(parts, awaited, latch, deadline)
  try {
    for (;;) {
      const last = deadline.passed
      const answer = await awaited.attempt()
      if (answer !== undefined) return answer
      if (signal.aborted) throw cancelled()
      if (last) return undefined
      await latch.heard(untilDue(awaited.next?.(), parts.clock()))
      if (signal.aborted) throw cancelled()
    }
  } finally {
    clean()
  }
}

/** Rings the latch for every reason to ask again. Answers how to stop all of them. */
function watch(
  { store, signal, progress }: WaitParts,
  { timeoutMs, concerns }: WaitFor<unknown>,
  latch: Latch,
  deadline: { passed: boolean },
): () => void {
  const ring = (): void => latch.ring()
  const started = performance.now()
  const stopListening = store.listen((signals) => {
    if (signals.some(concerns)) latch.ring()
  })
  signal.addEventListener('abort', ring)
  const end = setTimeout(
    () => {
      deadline.passed = true
      latch.ring()
    },
    Math.min(timeoutMs, longest),
  )
  const beat = progress.wanted
    ? setInterval(() => progress.beat((performance.now() - started) / timeoutMs), heartbeat)
    : undefined
  return () => {
    stopListening()
    signal.removeEventListener('abort', ring)
    clearTimeout(end)
    clearInterval(beat)
  }
}

/** Ms until the moment at which time alone may change the answer. */
function untilDue(due: number | undefined, now: number): number | undefined {
  if (due === undefined) return undefined
  return due > now ? Math.min(due - now, longest) : overdue
}
