/** How often progress is reported while there is some, ms. */
const every = 60

/**
 * Reports the progress of a task beside the work, and so keeps its lease: when nothing has changed, it reports
 * again four times a lease. A refusal (the lease is lost) stops the work at its next step.
 */
export class Reporter {
  readonly #leaseMs: number
  readonly #report: (note: string, percent: number) => Promise<unknown>
  readonly #timer: NodeJS.Timeout
  #note = ''
  #percent = 0
  #changed = false
  #sentAt = Date.now()
  #sending: Promise<void> | undefined
  #refusal: { readonly error: unknown } | undefined

  constructor(leaseMs: number, report: (note: string, percent: number) => Promise<unknown>) {
    this.#leaseMs = leaseMs
    this.#report = report
    this.#timer = setInterval(() => this.#tick(), every)
  }

  /** Says how far the work is, 0–1; throws what the last report was refused with. */
  step(note: string, fraction: number): void {
    if (this.#refusal) throw this.#refusal.error
    this.#note = note
    this.#percent = Math.round(100 * fraction)
    this.#changed = true
  }

  /** Resolves when no report is under way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sending
  }

  #tick(): void {
    const due = this.#changed || Date.now() - this.#sentAt >= this.#leaseMs / 4
    if (!due || this.#sending || this.#refusal) return
    this.#changed = false
    this.#sentAt = Date.now()
    this.#sending = this.#report(this.#note, this.#percent)
      .then(() => undefined)
      .catch((error: unknown) => {
        this.#refusal = { error }
      })
      .finally(() => {
        this.#sending = undefined
      })
  }
}
