import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foregone } from '../../../src/primitives/proposal/decide/foregone.ts'
import { outcomeOf } from '../../../src/primitives/proposal/decide/outcome.ts'
import { type Ballot, rules, type Terms, type Vote } from '../../../src/primitives/proposal/terms.ts'
import { agents, terms, votes } from './stories.ts'

const early = (some: Partial<Terms>, waiting: number, ...ballots: readonly string[]): string | undefined => {
  const given = votes(...ballots)
  const electorate = agents(given.length + waiting)
  const verdict = foregone(terms({ ...some, electorate }), given, electorate.slice(given.length))
  return verdict && (verdict.outcome ?? verdict.why)
}

describe('an outcome is told as soon as it cannot change', () => {
  it.each([
    [{ rule: 'majority' }, 2, ['x', 'x'], undefined],
    [{ rule: 'majority' }, 2, ['x', 'x', 'x'], 'x'],
    [{ rule: 'majority' }, 1, ['x', 'x'], 'x'],
    [{ rule: 'plurality' }, 1, ['x', 'x', 'y'], undefined],
    [{ rule: 'plurality', ties: 'first' }, 1, ['x', 'x', 'y'], 'x'],
    [{ rule: 'plurality', ties: 'chair', chair: 'a' }, 1, ['x', 'x', 'y'], 'x'],
    [{ rule: 'plurality', ties: 'chair', chair: 'd' }, 1, ['x', 'x', 'y'], undefined],
    [{ rule: 'majority', ties: 'first' }, 1, ['x'], 'x'],
    [{ rule: 'majority', ties: 'first' }, 1, ['x', 'x', 'y'], undefined],
    [{ rule: 'majority', ties: 'first', options: ['x', 'y'] }, 1, ['x', 'x', 'y'], 'x'],
    [{ rule: 'unanimity' }, 3, ['x', 'y'], 'no_majority'],
    [{ rule: 'unanimity' }, 1, ['x', 'x', 'x'], undefined],
    [{ rule: 'supermajority' }, 1, ['x', 'y', 'y', 'x', 'z'], 'no_majority'],
    [{ rule: 'majority', quorum: 4 }, 2, ['x', 'x', 'x'], undefined],
    [{ rule: 'majority', quorum: 4 }, 1, ['x', 'x', 'x', '-'], 'x'],
    [{ rule: 'majority', quorum: 4 }, 1, ['x', 'x'], 'no_quorum'],
    [{ rule: 'ranked' }, 1, ['xy', 'xz', 'x'], 'x'],
    [{ rule: 'ranked' }, 2, ['xy', 'xz'], undefined],
  ] as const)('%j, %i to come after %j: %s', (some, waiting, ballots, comes) =>
    expect(early(some, waiting, ...ballots)).toBe(comes),
  )
})

/** Every ballot that one voter can still give, silence among them. */
const ballotsOf = ({ rule, options }: Terms): readonly (Ballot | undefined)[] => {
  const single = options.map((option) => [option])
  const several =
    rule === 'approval'
      ? [
          ['x', 'y'],
          ['x', 'z'],
          ['y', 'z'],
          ['x', 'y', 'z'],
        ]
      : rule === 'ranked'
        ? [
            ['x', 'y'],
            ['x', 'z'],
            ['y', 'x'],
            ['y', 'z'],
            ['z', 'x'],
            ['z', 'y'],
          ]
        : []
  return [
    undefined,
    [],
    ...single,
    ...several.filter((ballot) => ballot.every((one) => options.includes(one))),
  ]
}

/** Every way in which it can go on. */
const endings = (asked: Terms, given: readonly Vote[], waiting: readonly string[]): readonly Vote[][] =>
  waiting.reduce<Vote[][]>(
    (all, by) =>
      all.flatMap((so) =>
        ballotsOf(asked).map((ballot) => (ballot ? [...so, { by, ballot, confidence: null }] : so)),
      ),
    [[...given]],
  )

const situation = fc
  .record({
    rule: fc.constantFrom(...rules),
    options: fc.constantFrom(['x', 'y'], ['x', 'y', 'z']),
    size: fc.integer({ min: 1, max: 6 }),
    waiting: fc.integer({ min: 0, max: 3 }),
    picks: fc.array(fc.nat({ max: 11 }), { minLength: 6, maxLength: 6 }),
    quorum: fc.integer({ min: 0, max: 6 }),
    threshold: fc.constantFrom(null, 0.3, 0.5, 2 / 3, 1),
    weights: fc.array(fc.constantFrom(0, 0.1, 0.2, 0.3, 1, 2), { minLength: 6, maxLength: 6 }),
    ties: fc.constantFrom('none' as const, 'first' as const, 'chair' as const),
    chair: fc.nat({ max: 5 }),
  })
  .map((s) => {
    const electorate = agents(s.size)
    const waiting = Math.min(s.waiting, s.size)
    const asked = terms({
      options: s.options,
      rule: s.rule,
      electorate,
      quorum: Math.min(s.quorum, s.size),
      threshold: s.rule === 'ranked' || s.rule === 'unanimity' ? null : s.threshold,
      weights:
        s.rule === 'weighted' ? Object.fromEntries(electorate.map((a, i) => [a, s.weights[i] ?? 1])) : null,
      ties: s.ties,
      chair: s.ties === 'chair' ? (electorate[s.chair % s.size] as string) : null,
    })
    const kinds = ballotsOf(asked).slice(1) as readonly Ballot[]
    const given = electorate.slice(0, s.size - waiting).map((by, i): Vote => {
      const ballot = kinds[(s.picks[i] ?? 0) % kinds.length] as Ballot
      return { by, ballot, confidence: null }
    })
    return { asked, given, waiting: electorate.slice(s.size - waiting) }
  })

describe('for every situation, tried against all ways in which it can go on', () => {
  it('an early verdict is never wrong, and comes where single votes or approvals allow it', () => {
    let told = 0
    let open = 0
    fc.assert(
      fc.property(situation, ({ asked, given, waiting }) => {
        const verdict = foregone(asked, given, waiting)
        const all = endings(asked, given, waiting).map((so) => outcomeOf(asked, so, true).outcome)
        const distinct = new Set(all)
        if (verdict) {
          told++
          expect([...distinct]).toEqual([verdict.outcome])
          return
        }
        open++
        // A failure that is certain for changing reasons may be told late; a certain winner may not.
        const [only] = distinct
        const certain = distinct.size === 1 && only !== null
        if (asked.rule !== 'ranked') expect(certain, JSON.stringify([asked, given, all])).toBe(false)
      }),
      { numRuns: 1_500 },
    )
    expect(told).toBeGreaterThan(200)
    expect(open).toBeGreaterThan(200)
  })
})
