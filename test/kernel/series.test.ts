import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reader } from '../../src/kernel/ports.ts'
import { entry, newestOf } from '../../src/kernel/series.ts'
import type { Tally } from '../../src/kernel/stream.ts'

/** A reader that knows nothing but aggregates, and the sizes of what was read. */
const readerOf = (tallies: readonly Tally[]) => {
  const read: number[] = []
  const of = (scope: string) => {
    const found = Object.fromEntries(
      tallies.filter((one) => one.scope === scope).map(({ name, by }) => [name, by]),
    )
    read.push(Object.keys(found).length)
    return found
  }
  return { db: { tallies: of } as unknown as Reader, read }
}

describe('a series', () => {
  it('gives the newest fifty at least, in order, and reads a hundred at most, however long it is', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 400 }), async (count) => {
        const all = Array.from({ length: count }, (_, nth) => ({
          seq: 10 + 3 * nth,
          what: 'x:y',
          value: 1 + nth,
        }))
        const { db, read } = readerOf(all.map((one, nth) => entry('s', nth, one)))
        const found = await newestOf(db, 's', count)
        expect(found).toEqual(all.slice(count - found.length))
        expect(found.length).toBeGreaterThanOrEqual(Math.min(count, 50))
        expect(read.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(100)
      }),
    ))

  it('bears numbers that came to nothing', async () => {
    const { db } = readerOf([
      entry('s', 3, { seq: 8, what: 'a', value: 1 }),
      entry('s', 60, { seq: 5, what: 'b', value: 2 }),
    ])
    expect(await newestOf(db, 's', 90)).toEqual([
      { seq: 5, what: 'b', value: 2 },
      { seq: 8, what: 'a', value: 1 },
    ])
  })
})
