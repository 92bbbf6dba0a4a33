import { describe, expect, it } from 'vitest'
import { armScopes, armTallies, type Counts, countsIn, placeOf } from '../../../src/primitives/routing/arm.ts'
import { type Estimate, estimate } from '../../../src/primitives/routing/decide/estimate.ts'
import type { Features, Length } from '../../../src/primitives/routing/decide/features.ts'
import { Random } from '../../support/random.ts'

const features = (type: string, length: Length = 'medium'): Features => ({
  type,
  length,
  urgency: 'normal',
  requires: [],
})

/** The counts of an arm, as seen by tasks of type `code` and medium length, after these durations (ms). */
const counted = (...past: readonly (readonly [Features, readonly number[]])[]) => {
  const tallies: Record<string, Record<string, number>> = {}
  for (const [of, durations] of past)
    for (const busyMs of durations)
      for (const { scope, name, by } of armTallies(placeOf('a', of), { ok: true, busyMs })) {
        const counts = tallies[scope] ?? {}
        tallies[scope] = { ...counts, [name]: (counts[name] ?? 0) + by }
      }
  const at = (scope: string): Counts => countsIn(tallies[scope] ?? {})
  const scopes = armScopes(placeOf('a', features('code')))
  return { overall: at(scopes.overall), type: at(scopes.type), cell: at(scopes.cell) }
}

type Known = Extract<Estimate, { readonly mean_ms: number }>
const estimated = (durations: readonly number[]): Known =>
  estimate(counted([features('code'), durations])) as Known

/** Normal by Box and Muller 1958. */
const normal = (random: Random) =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

describe('an estimate of a duration', () => {
  it('says that data are insufficient below five', () => {
    expect(estimate(counted([features('code'), [100, 101, 99, 100]]))).toEqual({
      insufficient_data: { n: 4, enough: 5 },
    })
  })

  it('agrees with a hand calculation', () => {
    const found = estimated([80, 90, 100, 110, 125])
    expect(found).toMatchObject({ mean_ms: 101, n: 5, from: 'cell' })
    // Logarithms: mean 4.60316, standard deviation 0.17303; t(0.95, 4) = 2.1318; half = 2.1318 · 0.17303 · √1.2.
    expect(found.low_ms).toBeCloseTo(66.63, 1)
    expect(found.high_ms).toBeCloseTo(149.49, 1)
  })

  it('is 90–110 after 30 tasks of 100 ± 10 ms, and covers at least 80 % of new ones', () => {
    const samples = 200
    const coverages = Array.from({ length: samples }, (_, seed) => {
      const random = new Random(seed)
      const draw = () => 100 + 10 * normal(random)
      const { mean_ms, low_ms, high_ms } = estimated(Array.from({ length: 30 }, draw))
      expect(mean_ms).toBeGreaterThan(90)
      expect(mean_ms).toBeLessThan(110)
      const fresh = Array.from({ length: 1_000 }, draw)
      return fresh.filter((ms) => ms >= low_ms && ms <= high_ms).length / fresh.length
    })
    // 90 % is what it covers on average over samples; of single samples a few lie close together by chance.
    expect(coverages.reduce((sum, one) => sum + one) / samples).toBeGreaterThan(0.88)
    expect(coverages.filter((one) => one >= 0.8).length / samples).toBeGreaterThanOrEqual(0.95)
  })

  it.each([5, 8, 30])('covers 90 %% of the next on average, from %i that are skewed to the right', (n) => {
    const random = new Random(n)
    const draw = () => Math.exp(8 + 0.8 * normal(random))
    let covered = 0
    const rounds = 4_000
    for (let round = 0; round < rounds; round++) {
      const { low_ms, high_ms } = estimated(Array.from({ length: n }, draw))
      const next = draw()
      if (next >= low_ms && next <= high_ms) covered++
    }
    expect(covered / rounds).toBeGreaterThan(0.88)
    expect(covered / rounds).toBeLessThan(0.92)
  })

  it('rests on the narrowest that has enough', () => {
    const few = [features('code'), [100, 100]] as const
    const type = [features('code', 'long'), [300, 310, 290]] as const
    const other = [features('text'), [900, 900, 900]] as const
    expect(estimate(counted(few, type))).toMatchObject({ from: 'type', n: 5 })
    expect(estimate(counted(few, other))).toMatchObject({ from: 'overall', n: 5 })
  })

  it('of equal durations is that duration', () => {
    const { low_ms, high_ms } = estimated([250, 250, 250, 250, 250])
    expect(low_ms).toBeCloseTo(250, 1)
    expect(high_ms).toBeCloseTo(250, 1)
  })
})
