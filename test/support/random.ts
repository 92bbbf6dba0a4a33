/**
 * Repeatable chance: the same seed gives the same numbers on every machine. The generator is mulberry32 (Tommy
 * Ettinger, public domain): 32 bits of state, period 2^32, plenty for choosing what to do next; no use for secrets.
 */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error('there is nothing to pick from')
    return choices[this.int(0, choices.length - 1)] as T
  }

  /** The same values in another order (Fisher and Yates). */
  shuffled<T>(values: readonly T[]): T[] {
    const left = [...values]
    const drawn: T[] = []
    while (left.length > 0) drawn.push(...left.splice(this.int(0, left.length - 1), 1))
    return drawn
  }

  /** A generator of its own, so that one part's draws do not shift those of another that runs beside it. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 4_294_967_296))
  }
}
