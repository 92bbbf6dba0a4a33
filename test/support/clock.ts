/** A clock that a test moves by hand. Epoch ms. */
export class HandClock {
  now: number

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.now = now
  }

  readonly read = (): number => this.now

  pass(ms: number): void {
    this.now += ms
  }
}
