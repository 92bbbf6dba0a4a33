import type { Signal } from '../kernel/ports.ts'

/** How often a process with listeners looks by itself, ms, should a bell have gone unheard. */
const safetyPoll = 500
const page = 1_000

export interface TailParts {
  /** Seq of the newest committed event. */
  readonly head: () => number
  readonly after: (seq: number, limit: number) => readonly Signal[]
  /** False while the connection is in the middle of a transaction, whose events nobody may see yet. */
  readonly canLook: () => boolean
  /** Calls back when another process may have committed; answers how to stop. */
  readonly hear: (rung: () => void) => (() => void) | undefined
  /** Told what went wrong in a look: the next one makes up for it. */
  readonly onFault: (fault: unknown) => void
}

type Listener = (signals: readonly Signal[]) => void

/**
 * The one reader of new events in this process: in log order, own commits included. Runs only while somebody
 * listens, so an idle server does nothing at all.
 */
export class Tail {
  private readonly parts: TailParts
  private readonly listeners = new Set<Listener>()
  private seen = 0
  private stop: (() => void) | undefined

  constructor(parts: TailParts) {
    this.parts = parts
  }

  /** Tells `listener` of every event committed from now on. A waiter registers first and reads then. */
  listen(listener: Listener): () => void {
    if (this.listeners.size === 0) this.start()
    // The others are brought up to date first, so that the new one is told of nothing from before its time.
    else this.look()
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
    try {
      while (this.listeners.size > 0 && this.parts.canLook()) {
        const signals = this.parts.after(this.seen, page)
        const last = signals.at(-1)
        if (!last) return
        this.seen = last.seq
        for (const listener of [...this.listeners]) this.tell(listener, signals)
      }
    } catch (fault) {
      this.parts.onFault(fault)
    }
  }

  /** One listener's mistake must not cost the others their events. */
  private tell(listener: Listener, signals: readonly Signal[]): void {
    try {
      listener(signals)
    } catch (fault) {
      this.parts.onFault(fault)
    }
  }

  close(): void {
    this.listeners.clear()
    this.rest()
  }
}
