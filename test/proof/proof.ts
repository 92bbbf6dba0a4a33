import { withScratch } from '../support/scratch.ts'

/** A number or word of what a proof saw, by name, as the table shows it. */
export type Seen = Readonly<Record<string, string | number>>

/** What came out of one proof. */
export interface Outcome {
  readonly name: string
  readonly seen: Seen
  readonly ok: boolean
  /** What was wrong, or what a reader should know of the numbers; empty when there is nothing to add. */
  readonly detail: string
}

/** A proof at the scales it is run at: `full` by `npm run proof`, `short` by `npm test`. */
export interface Proof {
  readonly name: string
  /** What holds when it passes, in one line. */
  readonly claim: string
  full(seed: number): Promise<Outcome>
  short(seed: number): Promise<Outcome>
}

/** Gathers what does not hold while a proof runs on: one table row tells all of it, not the first only. */
export class Faults {
  private readonly first: string[] = []
  private found = 0

  /** Notes `fault` unless `holds`; answers `holds`. */
  expect(holds: boolean, fault: string): boolean {
    if (!holds) this.add(fault)
    return holds
  }

  add(fault: string): void {
    this.found++
    if (this.first.length < 5) this.first.push(fault)
  }

  /** What a server said was wrong with itself is a fault of every proof. */
  complaintsOf(servers: Iterable<{ readonly complaints: readonly string[] }>): void {
    for (const { complaints } of servers)
      for (const line of complaints) this.add(`a server logged: ${line.slice(0, 300)}`)
  }

  get count(): number {
    return this.found
  }

  /** The end of a proof. `note` is what to say when nothing is wrong. */
  outcome(name: string, seen: Seen, note = ''): Outcome {
    const more = this.found - this.first.length
    const faults = more > 0 ? [...this.first, `and ${more} more`] : this.first
    return { name, seen, ok: this.found === 0, detail: this.found === 0 ? note : faults.join('; ') }
  }
}

/** What a proof works with: a directory of its own, and where it notes what does not hold. */
export interface Ground {
  readonly directory: string
  readonly faults: Faults
}

/**
 * Runs a proof: `look` answers what it saw. What stops it is a fault like the others, so that those found before are
 * still told. `note` is what a reader of its numbers should know.
 */
export const prove = (name: string, look: (ground: Ground) => Promise<Seen>, note = ''): Promise<Outcome> =>
  withScratch(async (directory) => {
    const faults = new Faults()
    try {
      return faults.outcome(name, await look({ directory, faults }), note)
    } catch (error) {
      faults.add(error instanceof Error ? (error.stack ?? error.message) : String(error))
      return faults.outcome(name, {})
    }
  })
