/** The `params` of notifications/progress without its token. `progress` rises with each, `total` is 1. */
export interface ProgressNote {
  readonly progress: number
  readonly total: 1
  readonly message: string
}

/** How far one call is, told to a client that asked for it. */
export class Progress {
  private readonly send: ((note: ProgressNote) => void) | undefined
  private value = 0
  private message = 'waiting'

  /** @param send undefined when the client did not ask */
  constructor(send?: (note: ProgressNote) => void) {
    this.send = send
  }

  get wanted(): boolean {
    return this.send !== undefined
  }

  /** Without a larger `fraction` (0–1), a small step is made up: the protocol wants each value above the last. */
  tell(message: string, fraction = 0): void {
    this.message = message
    const value = fraction > this.value ? Math.min(fraction, 1) : this.value + (1 - this.value) / 100
    if (value <= this.value) return
    this.value = value
    this.send?.({ progress: value, total: 1, message })
  }

  /** A sign of life: the last message once more. */
  beat(fraction: number): void {
    this.tell(this.message, fraction)
  }
}
