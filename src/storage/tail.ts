import type { Signal } from '../kernel/ports.ts'

/** How often a process with listeners looks by itself, ms, should a bell have gone unheard. */
const safetyPoll = 500
const page = 1_000

export interface TailParts {
  /** Seq of the newest committed event. */
  readonly head: () => number
  readonly after: (seq: number, limit: number) => readonly Signal[]
  /** Calls back when another process may have committed; answers how to stop. */
  readonly hear: (rung: () => void) => (() => void) | undefined
}

/**
 * The one reader of new events in this process: in log order, own commits included. Runs only while somebody
 * listens, so an idle server does nothing at all.
 */
export class Tail {
  private readonly parts: TailParts
  private readonly listeners = new Set<(signals: readonly Signal[]) => void>()
  private seen = 0
  private stop: (() => void) | undefined

  constructor(parts: TailParts) {
    this.parts = parts
  }

  /** Tells `listener` of every event committed from now on. A waiter registers first and reads then. */
  listen(listener: (signals: readonly Signal[]) => void): () => void {
    if (this.listeners.size === 0) this.start()
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size === 0) this.rest()
    }
  }

  private start(): void {
    this.seen = this.parts.head()
    const deaf = this.parts.hear(() => this.look())
    const timer = setInterval(() => this.look(), safetyPoll)
    timer.unref()
    this.stop = () => {
      deaf?.()
      clearInterval(timer)
    }
  }

  private rest(): void {
    this.stop?.()
    this.stop = undefined
  }

  /** Reads what is new and tells it. */
  look(): void {
    while (this.listeners.size > 0) {
      const signals = this.parts.after(this.seen, page)
      const last = signals.at(-1)
      if (!last) return
      this.seen = last.seq
      for (const listener of [...this.listeners]) listener(signals)
    }
  }

  close(): void {
    this.listeners.clear()
    this.rest()
  }
}
