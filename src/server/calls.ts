/** The calls of one connection that are still running. */
export class Calls {
  private running = 0
  private idle: (() => void) | undefined

  async track<T>(call: Promise<T>): Promise<T> {
    this.running += 1
    try {
      return await call
    } finally {
      this.running -= 1
      if (this.running === 0) this.idle?.()
    }
  }

  /** Resolves once none is running. */
  async settled(): Promise<void> {
    if (this.running === 0) return
    await new Promise<void>((resolve) => {
      this.idle = resolve
    })
  }
}
