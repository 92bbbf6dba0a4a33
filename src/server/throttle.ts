/** Tells at once, and then at most once each `ms` per key, however often something is due. */
export class Throttle {
  private readonly ms: number
  private readonly tell: (key: string) => void
  private readonly resting = new Map<string, { timer: NodeJS.Timeout; again: boolean }>()

  constructor(ms: number, tell: (key: string) => void) {
    this.ms = ms
    this.tell = tell
  }

  due(key: string): void {
    const rest = this.resting.get(key)
    if (rest) rest.again = true
    else this.now(key)
  }

  private now(key: string): void {
    const timer = setTimeout(() => {
      const again = this.resting.get(key)?.again
      this.resting.delete(key)
      if (again) this.now(key)
    }, this.ms)
    timer.unref()
    this.resting.set(key, { timer, again: false })
    this.tell(key)
  }

  forget(key: string): void {
    clearTimeout(this.resting.get(key)?.timer)
    this.resting.delete(key)
  }

  stop(): void {
    for (const key of [...this.resting.keys()]) this.forget(key)
  }
}
