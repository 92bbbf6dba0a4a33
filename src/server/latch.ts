/** A wake-up that is not missed when it comes early: rings before `heard` and many at once count as one. */
export class Latch {
  private rung = false
  private wake: (() => void) | undefined

  ring(): void {
    this.rung = true
    this.wake?.()
  }

  /** Resolves at the next ring, or after `ms` if given. */
  async heard(ms?: number): Promise<void> {
    if (!this.rung) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.wake = resolve
        if (ms !== undefined) timer = setTimeout(resolve, ms)
      })
      clearTimeout(timer)
      this.wake = undefined
    }
    this.rung = false
  }
}
