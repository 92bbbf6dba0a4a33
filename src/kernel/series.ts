import type { Reader } from './ports.ts'
import type { Tally } from './stream.ts'

/** How many entries a leaf may hold. Two leaves are read: the newest fifty entries are always among them. */
const leafSize = 50

/** One thing that happened, kept by itself and not only summed up. */
export interface Entry {
  /** Seq of the event that says so: entries are in its order. */
  readonly seq: number
  readonly what: string
  /** Never 0: an aggregate of 0 is not kept. */
  readonly value: number
}

const leaf = (series: string, nth: number): string => `${series}#${Math.floor(nth / leafSize)}`

/**
 * What an event adds to a series for good: `measured`, so a rollback leaves it. A series is kept in aggregates, fifty to
 * a scope, so that its newest entries are read by their key however long it is. `nth`: a number that its events carry,
 * counted up from 0 by whoever makes them (some may come to nothing, and leave a gap).
 */
export const entry = (series: string, nth: number, { seq, what, value }: Entry): Tally => ({
  scope: leaf(series, nth),
  name: `${seq}:${what}`,
  by: value,
})

/** The newest entries of a series with so many numbers given out, oldest first: those of the last two leaves. */
export const newestOf = async (db: Reader, series: string, count: number): Promise<readonly Entry[]> => {
  if (count === 0) return []
  const scopes = new Set([Math.max(0, count - 1 - leafSize), count - 1].map((nth) => leaf(series, nth)))
  const found: Entry[] = []
  for (const scope of scopes)
    for (const [name, value] of Object.entries(await db.tallies(scope))) {
      const at = name.indexOf(':')
      found.push({ seq: Number(name.slice(0, at)), what: name.slice(at + 1), value })
    }
  return found.sort((a, b) => a.seq - b.seq)
}
