/** The timers of one turn, all stopped together. */
export class TurnClock {
  private readonly timers: NodeJS.Timeout[] = []

  every(ms: number, act: () => void): void {
    this.timers.push(setInterval(act, ms))
  }

  once(ms: number, act: () => void): void {
    this.timers.push(setTimeout(act, ms))
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer)
  }
}
