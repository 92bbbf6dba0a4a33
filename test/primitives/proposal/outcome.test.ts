import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../../src/primitives/proposal/decide/outcome.ts'
import type { Terms } from '../../../src/primitives/proposal/terms.ts'
import { agents, terms, votes } from './stories.ts'

/** The winner, or why there is none, when these are all votes that come. */
const end = (some: Partial<Terms>, ...ballots: readonly string[]): string => {
  const { outcome, why } = outcomeOf(terms(some), votes(...ballots), true)
  return outcome ?? why
}

describe('a quorum', () => {
  it.each([
    [3, ['x', 'x', 'y'], 'x'],
    [3, ['x', 'x'], 'no_quorum'],
    [3, ['x', 'x', '-'], 'x'],
    [3, ['-', '-', '-'], 'no_majority'],
    [3, [], 'no_quorum'],
    [0, [], 'deadline'],
    [0, ['x'], 'x'],
  ])('of %i with %j comes to %s', (quorum, ballots, comes) => expect(end({ quorum }, ...ballots)).toBe(comes))
})

describe('plurality', () => {
  it.each([
    [['x', 'x', 'y', 'z'], 'x'],
    [['x', 'x', 'y', 'y', 'z'], 'tie'],
    [['y'], 'y'],
    [['-', 'y', '-'], 'y'],
  ])('%j: %s', (ballots, comes) => expect(end({}, ...ballots)).toBe(comes))

  it('with a threshold needs it as well, and just reaching it is enough', () => {
    const threshold = 0.4
    expect(end({ threshold }, 'x', 'x', 'y', 'z', 'y')).toBe('tie')
    expect(end({ threshold, options: ['x', 'y', 'z', 'w'] }, 'x', 'x', 'y', 'z', 'w')).toBe('x')
    expect(end({ threshold: 0.41, options: ['x', 'y', 'z', 'w'] }, 'x', 'x', 'y', 'z', 'w')).toBe(
      'no_majority',
    )
  })
})

describe('majority', () => {
  it.each([
    [['x', 'x', 'x', 'y', 'y'], 'x'],
    [['x', 'x', 'y', 'y'], 'tie'],
    [['x', 'x', 'y', 'z'], 'no_majority'],
    [['x', 'y', 'z'], 'no_majority'],
    [['x', 'x', 'y', '-', '-'], 'x'],
  ])('%j: %s', (ballots, comes) => expect(end({ rule: 'majority' }, ...ballots)).toBe(comes))
})

describe('supermajority', () => {
  it.each([
    [null, ['x', 'x', 'y'], 'x'],
    [null, ['x', 'x', 'x', 'y', 'y'], 'no_majority'],
    [0.6, ['x', 'x', 'x', 'y', 'y'], 'x'],
    [0.75, ['x', 'x', 'x', 'y'], 'x'],
    [0.76, ['x', 'x', 'x', 'y'], 'no_majority'],
    [1, ['x', 'x', '-'], 'x'],
    [null, ['x', 'x', 'y', 'y'], 'no_majority'],
  ])('with threshold %s, %j: %s', (threshold, ballots, comes) =>
    expect(end({ rule: 'supermajority', threshold }, ...ballots)).toBe(comes),
  )

  it.each([3, 6, 7, 9, 10])('of %i holds exactly at each share', (of) => {
    for (let yes = 1; yes <= of; yes++) {
      const ballots = Array.from({ length: of }, (_, i) => (i < yes ? 'x' : 'y'))
      const at = (threshold: number) =>
        end({ rule: 'supermajority', threshold, electorate: agents(of), options: ['x', 'y'] }, ...ballots)
      if (2 * yes <= of) continue
      expect(at(yes / of)).toBe('x')
      if (yes < of) expect(at((yes + 0.01) / of)).toBe('no_majority')
    }
  })
})

describe('unanimity', () => {
  it.each([
    [['x', 'x', 'x'], 'x'],
    [['x', 'x', 'y'], 'no_majority'],
    [['x', '-', 'x'], 'x'],
    [['-', '-'], 'no_majority'],
  ])('%j: %s', (ballots, comes) => expect(end({ rule: 'unanimity' }, ...ballots)).toBe(comes))
})

describe('weighted', () => {
  const weights = { a: 3, b: 1, c: 1, d: 0.1, e: 0.2 }
  it.each([
    [['x', 'y', 'y'], 'x'],
    [['-', 'y', 'z'], 'tie'],
    [['-', '-', '-', 'x', 'y'], 'y'],
  ])('%j: %s', (ballots, comes) => expect(end({ rule: 'weighted', weights }, ...ballots)).toBe(comes))

  it('holds sums equal that differ by rounding alone', () => {
    const tenths = { a: 0.1, b: 0.2, c: 0.3 }
    expect(end({ rule: 'weighted', weights: tenths }, 'x', 'x', 'y')).toBe('tie')
    expect(end({ rule: 'weighted', weights: tenths, threshold: 0.5, ties: 'first' }, 'x', 'x', 'y')).toBe('x')
  })

  it('comes to nothing where only those vote who weigh nothing', () => {
    expect(end({ rule: 'weighted', weights: { a: 0, b: 1 } }, 'x')).toBe('no_majority')
  })
})

describe('approval', () => {
  it.each([
    [['xy', 'y', 'z'], 'y'],
    [['xy', 'xy'], 'tie'],
    [['xy', 'x', '-'], 'x'],
  ])('%j: %s', (ballots, comes) => expect(end({ rule: 'approval' }, ...ballots)).toBe(comes))

  it('measures a threshold by ballots, not by approvals', () => {
    expect(end({ rule: 'approval', threshold: 0.75 }, 'xy', 'xy', 'x', 'z')).toBe('x')
    expect(end({ rule: 'approval', threshold: 0.76 }, 'xy', 'xy', 'x', 'z')).toBe('no_majority')
  })
})

describe('ranked choice', () => {
  const rule = 'ranked'
  it('lets somebody else win than the leader of first preferences', () => {
    const ballots = ['xyz', 'xyz', 'xyz', 'xyz', 'yzx', 'yzx', 'yzx', 'zyx', 'zyx']
    const electorate = agents(9)
    expect(end({ rule, electorate }, ...ballots)).toBe('y')
    expect(end({ rule: 'plurality', electorate }, ...ballots.map((b) => b.slice(0, 1)))).toBe('x')
  })

  // The ballots of Tennessee, the textbook case: 42 Memphis, 26 Nashville, 15 Chattanooga, 17 Knoxville; Knoxville wins.
  it('finds the known winner of the textbook case', () => {
    const of = (count: number, ballot: string) => Array.from({ length: count }, () => ballot)
    const ballots = [...of(42, 'mnck'), ...of(26, 'nckm'), ...of(15, 'cknm'), ...of(17, 'kcnm')]
    const electorate = ballots.map((_, i) => `v${i}`)
    const given = ballots.map((ballot, i) => ({ by: `v${i}`, ballot: [...ballot], confidence: null }))
    const asked = terms({ rule, electorate, options: ['m', 'n', 'c', 'k'] })
    expect(outcomeOf(asked, given, true)).toMatchObject({ outcome: 'k' })
  })

  it.each([
    [['x', 'x', 'y'], 'x'],
    [['x', 'y'], 'tie'],
    [['xz', 'yz', 'zx', 'zy', 'xy'], 'z'],
    [['x', 'y', 'z'], 'tie'],
    [['x', 'x', 'y', 'y', 'z'], 'tie'],
    [['-', 'yx'], 'y'],
  ])('%j: %s', (ballots, comes) => expect(end({ rule }, ...ballots)).toBe(comes))
})

describe('a tie', () => {
  it.each([
    ['plurality', ['y', 'x', 'x', 'y']],
    ['majority', ['y', 'x', 'x', 'y']],
    ['ranked', ['y', 'x', 'x', 'y']],
    ['approval', ['y', 'x', 'xy']],
  ] as const)('under %s goes to nobody, to the first option, or where the chair voted', (rule, ballots) => {
    expect(end({ rule }, ...ballots)).toBe('tie')
    expect(end({ rule, ties: 'first' }, ...ballots)).toBe('x')
    expect(end({ rule, ties: 'chair', chair: 'a' }, ...ballots)).toBe('y')
    expect(end({ rule, ties: 'chair', chair: 'e' }, ...ballots)).toBe('tie')
  })

  it('stays one where the chair voted for neither', () => {
    expect(end({ ties: 'chair', chair: 'a' }, 'z', 'x', 'x', 'y', 'y')).toBe('tie')
    expect(end({ rule: 'approval', ties: 'chair', chair: 'a' }, 'xy', 'x', 'y')).toBe('tie')
  })

  it('that is broken does not make up for votes that are missing', () => {
    expect(end({ rule: 'majority', ties: 'first' }, 'x', 'y', 'z')).toBe('no_majority')
    expect(end({ rule: 'supermajority', ties: 'first' }, 'x', 'y')).toBe('no_majority')
  })
})
