import fc from 'fast-check'
import { inverse, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { alpha, lambda } from '../../../src/primitives/routing/decide/learned.ts'
import type { Experience } from '../../../src/primitives/routing/decide/request.ts'
import { route } from '../../../src/primitives/routing/decide/route.ts'
import { candidate, request } from './requests.ts'

const counts = (done: number, failed: number) => ({ done, failed })

/** Outcomes in the cell, and in the type and the arm beyond it. */
const experience = (
  cell: readonly [number, number],
  type: readonly [number, number] = [0, 0],
  rest: readonly [number, number] = [0, 0],
): Experience => {
  const [t, o] = [0, 1].map((i) => (cell[i] ?? 0) + (type[i] ?? 0)) as [number, number]
  return { cell: counts(...cell), type: counts(t, o), overall: counts(t + rest[0], o + rest[1]) }
}

const learned = (...agents: ReturnType<typeof candidate>[]) => route(request(agents, { strategy: 'learned' }))

const known = (id: string, ...given: Parameters<typeof experience>) =>
  candidate(id, { learned: experience(...given) })

describe('what was learned', () => {
  it('is LinUCB: mean and bonus are those of the algorithm by its matrices', () => {
    // Algorithm 1 of Li et al. 2010 for one arm over three cells, rewards counted from the prior of 0.5.
    const cells = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(cells, (outcomes) => {
        const a = Matrix.eye(3).mul(lambda)
        const b = Matrix.zeros(3, 1)
        for (const [cell, [done, failed]] of outcomes.entries())
          for (let i = 0; i < done + failed; i++) {
            const x = Matrix.zeros(3, 1)
            x.set(cell, 0, 1)
            a.add(x.mmul(x.transpose()))
            b.add(Matrix.mul(x, (i < done ? 1 : 0) - 0.5))
          }
        const theta = inverse(a).mmul(b)
        for (const [cell, outcome] of outcomes.entries()) {
          const x = Matrix.zeros(3, 1)
          x.set(cell, 0, 1)
          const mean = 0.5 + theta.transpose().mmul(x).get(0, 0)
          const bonus = alpha * Math.sqrt(x.transpose().mmul(inverse(a)).mmul(x).get(0, 0))
          const enough = candidate('known', { arm: 'other', learned: experience([50, 50]) })
          const { candidates } = learned(known('a', outcome), enough)
          const found = candidates.find(({ agent_id }) => agent_id === 'a')
          expect(found?.contributions.mean).toBeCloseTo(mean, 9)
          expect(found?.contributions.bonus).toBeCloseTo(bonus, 9)
          expect(found?.score).toBeCloseTo(mean + bonus, 9)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('explains itself by hand-computed numbers', () => {
    const { candidates, reason } = learned(known('ana', [7, 1], [1, 1], [0, 8]), known('ben', [0, 2]))
    // In other types (0 + 2·0.5) / 10 = 0.1; in the type's other cells (1 + 2·0.1) / 4 = 0.3; here (7 + 2·0.3) / 10.
    expect(candidates[0]?.contributions.prior).toBeCloseTo(0.3, 9)
    expect(candidates[0]?.contributions.mean).toBeCloseTo(0.76, 9)
    expect(candidates[0]?.contributions.bonus).toBeCloseTo(1 / Math.sqrt(10), 9)
    expect(candidates[0]?.contributions).toMatchObject({ n: 8, pending: 0 })
    expect(reason).toBe(
      'ana scores 1.08 = expected success 0.76 (8 outcomes here) + 0.316 for what is not known yet, before ben with 0.75.',
    )
  })

  it('says how much is missing and goes by the formula while data are thin', () => {
    const thin = learned(
      candidate('a', { learned: experience([1, 3]), success: counts(1, 3) }),
      candidate('b', { learned: experience([4, 1]), success: counts(4, 1) }),
    )
    expect(thin).toMatchObject({ agent_id: 'b', strategy: 'learned', fell_back_to: 'formula' })
    expect(thin.reason).toMatch(/^insufficient data \(9 of 10 outcomes\), so by the formula: b scores 0.8/)
    const enough = learned(known('a', [1, 4]), known('b', [4, 1]))
    expect(enough.fell_back_to).toBeUndefined()
  })

  it('counts an arm once, however many agents share it', () => {
    const shared = { arm: 'writer|model|m', learned: experience([5, 4]) }
    expect(learned(candidate('a', shared), candidate('b', shared))).not.toHaveProperty('fell_back_to')
  })

  it('knows a new type from the others until it has seen it', () => {
    const veteran = known('veteran', [0, 0], [0, 0], [18, 2])
    const rookie = known('rookie', [0, 0], [0, 0], [2, 18])
    expect(learned(veteran, rookie).agent_id).toBe('veteran')
    expect(learned(known('veteran', [0, 6], [0, 0], [18, 2]), rookie).agent_id).toBe('rookie')
  })

  it('does not pile tasks that are under way on the least known arm, nor on any beyond its capacity', () => {
    let agents = [known('fresh', [0, 0]), known('other', [9, 1])]
    const given: string[] = []
    for (let i = 0; i < 8; i++) {
      const chosen = learned(...agents).agent_id
      given.push(chosen ?? 'nobody')
      agents = agents.map((one) =>
        one.agent_id === chosen ? { ...one, load: { claimed: one.load.claimed + 1, max: 4 } } : one,
      )
    }
    // fresh: 0.5 + 1/√2, then 0.5 + 1/√3 = 1.077; other: 10/12 + 1/√12 = 1.122, and 10/12 + 1/√15 = 1.092 at last.
    expect(given).toEqual(['fresh', 'other', 'other', 'other', 'other', 'fresh', 'fresh', 'fresh'])
    expect(learned(...agents)).toMatchObject({ agent_id: null, fault: 'none_available' })
  })
})
