/** How much time jobs may take of this process: `ms` at once, growing back by `perMs` each ms. Up to `free` ms cost nothing. */
export interface AllowanceTerms {
  readonly ms: number
  readonly perMs: number
  readonly free: number
}

/** What is left of the time that jobs of a kind may hold this process up (a token bucket). */
export class Allowance {
  private readonly terms: AllowanceTerms
  private readonly now: () => number
  private level: number
  private at: number

  constructor(terms: AllowanceTerms, now: () => number = () => performance.now()) {
    this.terms = terms
    this.now = now
    this.level = terms.ms
    this.at = now()
  }

  /** ms. */
  left(): number {
    const { ms, perMs } = this.terms
    const now = this.now()
    this.level = Math.min(ms, this.level + (now - this.at) * perMs)
    this.at = now
    return this.level
  }

  /** Runs a job and takes off what it took, however it ended. */
  spend<T>(job: () => T): T {
    const begun = this.now()
    try {
      return job()
    } finally {
      const took = this.now() - begun
      this.left()
      if (took > this.terms.free) this.level = Math.max(0, this.level - took)
    }
  }
}
