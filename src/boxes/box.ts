import type { Worker } from 'node:worker_threads'

/** What the worker of a box says: that it can be asked, that it has begun, what came of it. */
export type Said<A> = 'ready' | 'begun' | { readonly answer: A }

/** What came of a question: an answer, or why there is none. `died`: it needs more memory than it may have, or cannot be handed over. */
export type Boxed<A> = { readonly answer: A } | { readonly none: 'timeout' | 'died' | 'busy' }

/**
 * One worker thread, asked one thing at a time, and ended when that takes longer than `ms` from the moment it begins. It
 * does not keep the process alive, unless an answer is awaited. A box whose worker was ended is not used again.
 */
export class Box<Q, A> {
  private readonly worker: Worker
  private readonly ms: number
  private ready = false
  private timer: NodeJS.Timeout | undefined
  private waiting: { readonly question: Q; readonly settle: (boxed: Boxed<A>) => void } | undefined
  /** True once it can be asked nothing more. */
  ended = false

  constructor(worker: Worker, ms: number) {
    this.worker = worker
    this.ms = ms
    worker.on('message', (said: Said<A>) => this.heard(said))
    worker.on('error', () => this.end('died'))
    worker.on('exit', () => this.end('died'))
    worker.unref()
  }

  get busy(): boolean {
    return this.waiting !== undefined
  }

  ask(question: Q): Promise<Boxed<A>> {
    return new Promise((settle) => {
      this.waiting = { question, settle }
      this.worker.ref()
      if (this.ready) this.post()
    })
  }

  private post(): void {
    try {
      this.worker.postMessage(this.waiting?.question)
    } catch {
      // Nested too deeply to be copied to another thread.
      this.settle({ none: 'died' })
    }
  }

  private heard(said: Said<A>): void {
    if (said === 'ready') {
      this.ready = true
      if (this.waiting) this.post()
    } else if (said === 'begun') this.timer = setTimeout(() => this.end('timeout'), this.ms)
    else this.settle(said)
  }

  private settle(boxed: Boxed<A>): void {
    clearTimeout(this.timer)
    this.worker.unref()
    const { waiting } = this
    this.waiting = undefined
    waiting?.settle(boxed)
  }

  private end(none: 'timeout' | 'died'): void {
    if (this.ended) return
    this.ended = true
    this.settle({ none })
    void this.worker.terminate()
  }
}
