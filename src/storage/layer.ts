import type { AnyEntity, Tally } from '../kernel/stream.ts'
import type { RunHead } from './known.ts'

export const tallyKey = (scope: string, name: string): string => `${scope}\n${name}`

/** What one call has changed that its savepoint does not hold: kept in memory until the group's flush. */
export class Layer {
  readonly tallies = new Map<string, Tally>()
  readonly runHeads = new Map<number, RunHead>()
  readonly actors: string[] = []
  /** Entities that were created or appended to. */
  readonly touched = new Set<AnyEntity>()
  seq: number

  constructor(seq: number) {
    this.seq = seq
  }

  count({ scope, name, by }: Tally, sign: 1 | -1): void {
    const key = tallyKey(scope, name)
    const sum = this.tallies.get(key)?.by ?? 0
    this.tallies.set(key, { scope, name, by: sum + sign * by })
  }

  /** Takes over what a kept call has changed, and leaves it empty for the next one. */
  absorb(call: Layer): void {
    for (const tally of call.tallies.values()) this.count(tally, 1)
    for (const [run, head] of call.runHeads) this.runHeads.set(run, head)
    for (const who of call.actors) this.actors.push(who)
    this.seq = call.seq
    call.empty()
  }

  /** Starts over from `base`. */
  reset(base: Layer): void {
    this.seq = base.seq
    this.empty()
  }

  private empty(): void {
    this.tallies.clear()
    this.runHeads.clear()
    this.touched.clear()
    this.actors.length = 0
  }
}
