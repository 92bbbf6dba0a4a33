import { type Board, emptyBoard, evolve, type Seen } from './board.ts'
import type { Connection } from './connection.ts'

interface Observed {
  readonly events: readonly Seen[]
  readonly cursor: string
}

/** How long one call waits for events, ms. */
const waitMs = 5_000

/** How long anything in the demo may take before it counts as stuck, ms. */
const patience = 60_000

/** Reads the log of a run as it grows, through observe_events, and lets others wait for what they want to see. */
export class Watch {
  readonly #baton: Connection
  readonly #run: string
  readonly #listeners = new Set<(board: Board, event: Seen) => void>()
  /** All that was read, in the order of the log. */
  readonly events: Seen[] = []
  readonly #waiting = new Set<(error: Error) => void>()
  #board = emptyBoard
  #stopped = false

  constructor(baton: Connection, run: string) {
    this.#baton = baton
    this.#run = run
  }

  get board(): Board {
    return this.#board
  }

  /** Calls `listener` with each event and the board after it; answers how to stop that. */
  on(listener: (board: Board, event: Seen) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads from the beginning of the run until `stop`. Never resolves; rejects when the log cannot be read. */
  async follow(): Promise<never> {
    let after: string | undefined
    while (!this.#stopped) {
      const { events, cursor } = await this.#baton.call<Observed>('observe_events', {
        run_id: this.#run,
        verbose: true,
        limit: 100,
        timeout_ms: waitMs,
        ...(after !== undefined && { after }),
      })
      after = cursor
      for (const event of events) {
        this.events.push(event)
        this.#board = evolve(this.#board, event)
        for (const listener of [...this.#listeners]) listener(this.#board, event)
      }
    }
    return new Promise<never>(() => {})
  }

  /** Ends the reading; whoever still waits for something is told that it will not come. */
  stop(): void {
    this.#stopped = true
    for (const reject of this.#waiting) reject(new Error('The demo has ended.'))
  }

  /**
   * Resolves with the first answer that is not undefined, asked now (without an event) and after each event.
   * Rejects when that takes too long; `what` says what was waited for.
   */
  async until<T>(what: string, ask: (board: Board, event: Seen | undefined) => T | undefined): Promise<T> {
    const first = ask(this.#board, undefined)
    if (first !== undefined) return first
    let off = (): void => {}
    let giveUp = (_error: Error): void => {}
    let late: NodeJS.Timeout | undefined
    try {
      return await new Promise<T>((resolve, reject) => {
        giveUp = reject
        this.#waiting.add(reject)
        late = setTimeout(() => reject(new Error(`Waited ${patience / 1_000} s in vain: ${what}.`)), patience)
        off = this.on((board, event) => {
          const answer = ask(board, event)
          if (answer !== undefined) resolve(answer)
        })
      })
    } finally {
      off()
      clearTimeout(late)
      this.#waiting.delete(giveUp)
    }
  }
}

/** The seqs of all events of a run, read anew. */
export const seqsOf = async (baton: Connection, run_id: string): Promise<readonly number[]> => {
  const seqs: number[] = []
  let after: string | undefined
  for (let more = true; more; ) {
    const page: Observed & { readonly more: boolean } = await baton.call('observe_events', {
      run_id,
      limit: 200,
      ...(after !== undefined && { after }),
    })
    seqs.push(...page.events.map(({ seq }) => seq))
    after = page.cursor
    more = page.more
  }
  return seqs
}
